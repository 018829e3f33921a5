"""What came after LeNet: what networks cost, and those of the papers that Keras does not have."""

from __future__ import annotations

from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

# The widths of GoogLeNet's nine modules (Szegedy et al. 2015, Table 1): 1x1; 1x1 before 3x3, and
# 3x3; 1x1 before 5x5, and 5x5; 1x1 after pooling. The third and the eighth read pooled maps.
_MODULES = (
    (64, 96, 128, 16, 32, 32),
    (128, 128, 192, 32, 96, 64),
    (192, 96, 208, 16, 48, 64),
    (160, 112, 224, 24, 64, 64),
    (128, 128, 256, 24, 64, 64),
    (112, 144, 288, 32, 64, 64),
    (256, 160, 320, 32, 128, 128),
    (256, 160, 320, 32, 128, 128),
    (384, 192, 384, 48, 128, 128),
)
_POOLED = (2, 7)


def multiply_adds(model: keras.Model) -> int:
    """Return how many products a network adds up to read one pattern.

    Counted are convolutions, fully connected layers and attention. Sums without a product (biases,
    pooling, skip connections) are not, nor is what happens to each value alone (activations,
    normalization). So this is less than the number of connections in the papers on LeNet, which
    have one for each bias, too, and for each input of subsampling.

    Parameters
    ----------
    model
        Of Keras, in which each layer is called once.

    Raises
    ------
    ValueError
        If a layer with a kernel is of another kind.
    """
    from keras import Model
    from keras.layers import Conv2D, Dense, DepthwiseConv2D, MultiHeadAttention

    total = 0
    for layer in model.layers:
        if isinstance(layer, Model):
            total += multiply_adds(layer)
        elif isinstance(layer, MultiHeadAttention):
            _, tokens, width = layer.output.shape
            heads = layer.num_heads * layer.key_dim
            # Queries, keys, values and output; then each token with each, for weights and for sums.
            total += 4 * tokens * width * heads + 2 * tokens**2 * heads
        elif isinstance(layer, (Conv2D, DepthwiseConv2D, Dense)):
            # Each weight of the kernel meets one value at each place of the output.
            total += prod(layer.output.shape[1:-1]) * prod(layer.kernel.shape)
        elif any("kernel" in weight.path for weight in layer.weights):
            raise ValueError(
                f"{layer.name} is of the kind {type(layer).__name__}, expected a convolution, a "
                "fully connected layer or attention."
            )
    return total


def alexnet() -> keras.Model:
    """Build AlexNet: 60,965,224 parameters.

    A. Krizhevsky, I. Sutskever and G. Hinton, "ImageNet classification with deep convolutional
    neural networks", 2012, section 3.5. Half of the maps lived on each of two graphics processors,
    and the second, fourth and fifth convolution read those of their own only. The paper says that
    an image has 224x224 pixels; its 55x55 units in the first layer need 227x227. Its normalization
    of neighboring maps has no parameters and is left out.
    """
    from keras import Input, Sequential
    from keras.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D

    return Sequential(
        [
            Input((227, 227, 3)),
            Conv2D(96, 11, strides=4, activation="relu"),
            MaxPooling2D(3, strides=2),
            Conv2D(256, 5, padding="same", groups=2, activation="relu"),
            MaxPooling2D(3, strides=2),
            Conv2D(384, 3, padding="same", activation="relu"),
            Conv2D(384, 3, padding="same", groups=2, activation="relu"),
            Conv2D(256, 3, padding="same", groups=2, activation="relu"),
            MaxPooling2D(3, strides=2),
            Flatten(),
            Dense(4096, activation="relu"),
            Dropout(0.5),
            Dense(4096, activation="relu"),
            Dropout(0.5),
            Dense(1000, activation="softmax"),
        ],
        name="alexnet",
    )


def googlenet() -> keras.Model:
    """Build GoogLeNet without its two auxiliary outputs: 6,998,552 parameters.

    C. Szegedy et al., "Going deeper with convolutions", 2015, section 5 and Table 1.
    """
    from keras import Input, Model
    from keras.layers import (
        Concatenate,
        Conv2D,
        Dense,
        Dropout,
        GlobalAveragePooling2D,
        MaxPooling2D,
    )

    def convolved(maps: Any, width: int, side: int, strides: int = 1) -> Any:
        return Conv2D(width, side, strides=strides, padding="same", activation="relu")(maps)

    def pooled(maps: Any, strides: int) -> Any:
        return MaxPooling2D(3, strides=strides, padding="same")(maps)

    image = Input((224, 224, 3))
    maps = pooled(convolved(image, 64, 7, strides=2), 2)
    maps = pooled(convolved(convolved(maps, 64, 1), 192, 3), 2)
    for number, (one, before3, three, before5, five, after) in enumerate(_MODULES):
        if number in _POOLED:
            maps = pooled(maps, 2)
        maps = Concatenate()(
            [
                convolved(maps, one, 1),
                convolved(convolved(maps, before3, 1), three, 3),
                convolved(convolved(maps, before5, 1), five, 5),
                convolved(pooled(maps, 1), after, 1),
            ]
        )
    maps = Dropout(0.4)(GlobalAveragePooling2D()(maps))
    return Model(image, Dense(1000, activation="softmax")(maps), name="googlenet")


def vision_transformer(
    side: int,
    channels: int,
    classes: int,
    *,
    patch: int,
    width: int,
    depth: int,
    heads: int,
    hidden: int,
    attention: bool = True,
) -> keras.Model:
    """Build a vision transformer, whose outputs are sums, for softmax.

    A. Dosovitskiy et al., "An image is worth 16x16 words", 2021, section 3.1. An image is cut into
    patches; each becomes a token of some numbers. In each block, tokens first look at each other
    (attention), then each is worked on alone. What one more token has gathered is classified.

    Parameters
    ----------
    side, channels
        Of the images (n, side, side, channels).
    classes
        How many outputs.
    patch
        Side of a patch; it divides the side of the image.
    width
        How many numbers make a token.
    depth
        How many blocks.
    heads
        How many attentions a block has side by side.
    hidden
        Units of the hidden layer that works on a token.
    attention
        False: no token sees another one; the mean of all is classified.

    Raises
    ------
    ValueError
        If the patches do not fill the image, or the heads do not divide a token.
    """
    from keras import Input, Model
    from keras.layers import (
        Add,
        Conv2D,
        Dense,
        GlobalAveragePooling1D,
        LayerNormalization,
        MultiHeadAttention,
        Reshape,
    )

    if side % patch or width % heads:
        raise ValueError(
            f"A side of {side} pixels, patches of {patch}, tokens of {width} numbers and {heads} "
            "heads: expected patches that fill the image and heads that divide a token."
        )
    image = Input((side, side, channels))
    # One kernel for each number of a token; it moves on by its own size.
    tokens = Conv2D(width, patch, strides=patch, name="patches")(image)
    tokens = Reshape((-1, width))(tokens)
    tokens = _places_layer()(extra=attention, name="places")(tokens)
    for number in range(1, depth + 1):
        if attention:
            seen = LayerNormalization(epsilon=1e-6)(tokens)
            seen = MultiHeadAttention(heads, width // heads, name=f"attention{number}")(seen, seen)
            tokens = Add()([tokens, seen])
        worked = LayerNormalization(epsilon=1e-6)(tokens)
        worked = Dense(hidden, activation="gelu", name=f"hidden{number}")(worked)
        tokens = Add()([tokens, Dense(width, name=f"worked{number}")(worked)])
    tokens = LayerNormalization(epsilon=1e-6)(tokens)
    gathered = tokens[:, 0] if attention else GlobalAveragePooling1D()(tokens)
    return Model(image, Dense(classes, name="output")(gathered), name="vision_transformer")


def vit_b16() -> keras.Model:
    """Build ViT-B/16, the smallest network of Dosovitskiy et al. 2021: 86,567,656 parameters."""
    return vision_transformer(224, 3, 1000, patch=16, width=768, depth=12, heads=12, hidden=3072)


@lru_cache
def _places_layer() -> type[keras.layers.Layer]:
    """Return the layer that tells tokens where they are; made here, since Keras loads slowly."""
    import keras

    class Places(keras.layers.Layer):  # type: ignore[misc]
        """Add to each token a learned vector of its place, after one more token if ``extra``."""

        def __init__(self, extra: bool, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.extra = extra

        def build(self, input_shape: tuple[int | None, int, int]) -> None:
            _, tokens, width = input_shape
            start = keras.initializers.RandomNormal(stddev=0.02)
            if self.extra:
                self.first = self.add_weight((1, 1, width), start, name="first")
            self.places = self.add_weight((1, tokens + self.extra, width), start, name="places")

        def call(self, tokens: Any) -> Any:
            if self.extra:
                first = keras.ops.repeat(self.first, keras.ops.shape(tokens)[0], axis=0)
                tokens = keras.ops.concatenate([first, tokens], axis=1)
            return tokens + self.places

    return Places
