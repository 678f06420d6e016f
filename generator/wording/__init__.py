"""What the words of notices mean: labels, dates, places, amounts and names, as employers write them."""
