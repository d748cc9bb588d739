package org.llmsys.layers;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;

/**
 * Slides small kernels along a sequence: {@link Conv2d} over pictures one row high.
 *
 * <pre>
 *   y[n,o,t] = b[o] + sum over c,j of w[o,c,j] * x[n, c, t*stride - left + j*dilation]
 * </pre>
 *
 * <p>Shapes: x (N,Cin,L), y (N,Cout,OL) by the {@link Window#row}; weights {@code name.weight} (Cout,Cin/groups,k) and
 * {@code name.bias} (Cout), which may be missing. Errors: as {@link Conv2d}, and a {@link Problem} for a window of more than one row.
 *
 * <pre>{@code
 * Conv1d causal = new Conv1d("conv", 8, 8, Window.row(3).padding(0, 2, 0, 0), 1, parameters, needs);     // sees no later element
 * }</pre>
 */
public final class Conv1d implements Layer {

    private final Convolution convolution;

    /** @param groups divides both numbers of channels */
    public Conv1d(String name, int inChannels, int outChannels, Window window, int groups, Parameters parameters, Needs needs) {
        String operation = "conv1d " + name;
        Conv2d.requireGroups(operation, inChannels, outChannels, groups);
        window.requireRow(operation);
        this.convolution = new Convolution(operation, parameters.get(name + ".weight", outChannels, inChannels / groups, window.width().kernel()),
                parameters.find(name + ".bias", outChannels), window, groups, needs);
    }

    @Override
    public Variable forward(Variable x, Pass pass) {
        return convolution.forward(x, pass);
    }
}
