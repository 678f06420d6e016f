"""Pages from the web: asked for as a well-behaved visitor does, over connections to judged addresses."""
