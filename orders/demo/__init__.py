"""The demo: invented cooperatives, people and goods, made so that Lumbung can be tried without real ones."""
