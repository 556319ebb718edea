"""Weekly updates: what people follow, what is announced, and one short e-mail with what is new for each of them."""
