package org.llmsys.layers;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;

/**
 * Slides small kernels over a picture: the same few weights look at every place, so what was learned in one corner is known in all.
 *
 * <pre>
 *   y[n,o,p,q] = b[o] + sum over c,i,j of w[o,c,i,j] * x[n, c, p*stride - top + i*dilation, q*stride - left + j*dilation]
 * </pre>
 *
 * <p>As everywhere in this trade it is a correlation: the kernel is not turned around. With groups, output channel o sees only the
 * channels of its own group; as many groups as channels makes a depthwise convolution.
 *
 * <p>Shapes: x (N,Cin,H,W), y (N,Cout,OH,OW) by the {@link Window}; weights {@code name.weight} (Cout,Cin/groups,kH,kW) and
 * {@code name.bias} (Cout), which may be missing: as PyTorch and ONNX lay them out.
 *
 * <p>Errors: a {@link org.llmsys.tensor.ShapeException} for an input of another rank or number of channels; a {@link Problem} for a
 * window larger than the padded input, groups that do not divide the channels, and weights that are missing or of another shape.
 *
 * <pre>{@code
 * Conv2d conv = new Conv2d("conv1", 1, 16, Window.of(5, 5).padding(2), parameters, needs);
 * Variable y = conv.forward(x, pass);           // (N,1,28,28) to (N,16,28,28)
 * }</pre>
 *
 * @see <a href="https://doi.org/10.1109/5.726791">LeCun et al. 1998, Gradient-Based Learning Applied to Document Recognition</a>
 */
public final class Conv2d implements Layer {

    private final Convolution convolution;

    /** With one group: every output channel sees every input channel. */
    public Conv2d(String name, int inChannels, int outChannels, Window window, Parameters parameters, Needs needs) {
        this(name, inChannels, outChannels, window, 1, parameters, needs);
    }

    /** @param groups divides both numbers of channels */
    public Conv2d(String name, int inChannels, int outChannels, Window window, int groups, Parameters parameters, Needs needs) {
        requireGroups("conv2d " + name, inChannels, outChannels, groups);
        this.convolution = new Convolution("conv2d " + name,
                parameters.get(name + ".weight", outChannels, inChannels / groups, window.height().kernel(), window.width().kernel()),
                parameters.find(name + ".bias", outChannels), window, groups, needs);
    }

    @Override
    public Variable forward(Variable x, Pass pass) {
        return convolution.forward(x, pass);
    }

    static void requireGroups(String operation, int inChannels, int outChannels, int groups) {
        if (inChannels < 1 || outChannels < 1 || groups < 1 || inChannels % groups != 0 || outChannels % groups != 0) {
            throw Problem.misused(operation + ": " + groups + " groups do not fit " + inChannels + " channels in and " + outChannels + " out",
                    "each group takes an equal share of both", "take a number of groups that divides both");
        }
    }
}
