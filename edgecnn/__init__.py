"""edgecnn: from a Keras convolutional network to C for a microcontroller, proved equal byte for byte."""
