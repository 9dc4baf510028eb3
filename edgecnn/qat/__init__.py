"""Quantization-aware training: a float Keras model becomes one that rounds in training as int8 will.

`folding` takes batch normalization away, `rewriting` puts fake quantization where TFLite has tensors, and `fine_tuning`
trains the result.
"""
