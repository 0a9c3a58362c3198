"""Customer segmentation of the Brazilian e-commerce data of Olist."""
