from ember import nn


def _convert(module, kinds, memory_format):
    for m in module.modules():
        if isinstance(m, kinds):
            m.weight.data = m.weight.detach().clone(memory_format=memory_format)
    return module


def convert_conv2d_weight_memory_format(module, memory_format):
    """Lays the weights of all 2-d convolutions, transposed ones too, of the module out in this format; returns the module."""
    return _convert(module, (nn.Conv2d, nn.ConvTranspose2d), memory_format)


def convert_conv3d_weight_memory_format(module, memory_format):
    """Lays the weights of all 3-d convolutions, transposed ones too, of the module out in this format; returns the module."""
    return _convert(module, (nn.Conv3d, nn.ConvTranspose3d), memory_format)
