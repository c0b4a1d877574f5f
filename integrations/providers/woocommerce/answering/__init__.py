"""What a shop's answer means: good JSON, a refusal, a page of something else, and the words for each. Sends nothing."""
