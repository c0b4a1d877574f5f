"""What an answer of Shopify's means: answers reads it, refusals says which trouble it is, troubles/ has the words."""
