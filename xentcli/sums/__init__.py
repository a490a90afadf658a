"""What is added up: commutative monoids."""
