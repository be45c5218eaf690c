"""Made-up landing files: a believable year of an AI product, and benchmark data of any size."""
