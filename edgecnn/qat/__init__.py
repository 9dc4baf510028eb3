"""Quantization-aware training: a float Keras model becomes one that rounds in training as int8 will.

`folding` takes batch normalization away, `rewriting` puts fake quantization where TFLite has tensors, and `fine_tuning`
trains the result.
"""

from ..converters.keras_to_tflite import load_tensorflow

load_tensorflow()  # quietly, and with a sentence when it is missing
