"""Looking at pictures: what they are, whether they can be reached, and a JPEG copy of uploads in other formats."""
