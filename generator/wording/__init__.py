"""What the words of notices mean: labels, dates, places, amounts and names, in the forms in which employers write them."""
