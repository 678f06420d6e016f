"""The sources are asked, and what has changed there is proposed to an editor."""
