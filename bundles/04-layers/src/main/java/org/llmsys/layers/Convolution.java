package org.llmsys.layers;

import org.llmsys.assembly.Need;
import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.autograd.Views;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.matmul.TensorProduct;
import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.ShapeException;
import org.llmsys.tensor.Tensor;

/**
 * A convolution as products of matrices: the kernels times {@link Patches}. There is no slot for it: whatever serves slot {@code matmul}
 * serves it.
 *
 * <pre>
 *   Y = W·P + b      dLoss/dW += dLoss/dY·Pᵀ      dLoss/dP = Wᵀ·dLoss/dY      dLoss/dx += scattered dLoss/dP      dLoss/db += row sums
 *
 *   W (Cout/G, K)      P (K, n*OH*OW)      Y (Cout/G, n*OH*OW)      K = Cin/G*kH*kW, for each of G groups
 * </pre>
 *
 * <p>Patches are kH*kW times as large as the input. So they are made for a few images at a time, in memory that is given back, and made
 * again on the way back instead of being kept.
 */
final class Convolution {

    /** So many elements of patches at a time stay near a core. The same on every machine, so that sums have one order. */
    private static final long ELEMENTS_AT_A_TIME = 1 << 18;

    private final String operation;
    private final Variable weight;
    private final Variable bias;
    private final Window window;
    private final int groups;
    private final Need<MatmulKernel> matmul;

    /** @param bias (Cout), or null */
    Convolution(String operation, Variable weight, Variable bias, Window window, int groups, Needs needs) {
        this.operation = operation;
        this.weight = weight;
        this.bias = bias;
        this.window = window;
        this.groups = groups;
        this.matmul = needs.add(MatmulKernel.class, MatmulKernel.ALGORITHM);
    }

    /** One run: x (N,Cin,H,W) or (N,Cin,W), what the window sees of it, and its images a few at a time. */
    private record Run(Patches patches, int images, int atATime, int outChannels, int groups) {

        /** W as (G, Cout/G, K), the same memory. */
        Tensor kernels(Tensor weight) {
            return weight.reshape(groups, outChannels / groups, patches.rows() / groups);
        }

        Tensor blankPatches(int count, Pass pass) {
            return pass.blank(groups, patches.rows() / groups, (long) count * patches.axes().outputs());               // (G,K,n*P)
        }

        Tensor blankProduct(int count, Pass pass) {
            return pass.blank(groups, outChannels / groups, (long) count * patches.axes().outputs());                  // (G,Cout/G,n*P)
        }
    }

    Variable forward(Variable input, Pass pass) {
        Variable x = Views.contiguous(input, pass);
        Run run = run(x.shape());
        Tensor y = pass.blank(outputShape(x.shape(), run));                                                            // (N,Cout,OH,OW)
        Tensor kernels = run.kernels(weight.value());
        for (int first = 0; first < run.images(); first += run.atATime()) {
            int count = Math.min(run.atATime(), run.images() - first);
            Tensor patches = run.blankPatches(count, pass);
            run.patches().gather(x.value().elements(), first, count, patches.elements());
            Tensor product = run.blankProduct(count, pass);
            TensorProduct.multiply(pass.step().get(matmul), kernels, patches, product, false);
            copyToImages(product, y, first, count, run);
            pass.giveBack(patches);
            pass.giveBack(product);
        }
        Variable[] inputs = bias == null ? new Variable[] {x, weight} : new Variable[] {x, weight, bias};
        return pass.tape().record(operation, y, (gradY, gradients) -> backward(x, gradY, run, gradients, pass), inputs);
    }

    private void backward(Variable x, Tensor gradY, Run run, Gradients gradients, Pass pass) {
        MatmulKernel kernel = pass.step().get(matmul);
        if (bias != null && gradients.wanted(bias)) {
            addChannelSums(gradY, gradients.into(bias), run);
        }
        Tensor gradKernels = gradients.wanted(weight) ? run.kernels(gradients.into(weight)) : null;
        Tensor gradX = gradients.wanted(x) ? gradients.into(x) : null;
        for (int first = 0; first < run.images(); first += run.atATime()) {
            int count = Math.min(run.atATime(), run.images() - first);
            Tensor gradProduct = run.blankProduct(count, pass);
            copyFromImages(gradY, first, count, gradProduct, run);
            Tensor patches = run.blankPatches(count, pass);
            if (gradKernels != null) {
                run.patches().gather(x.value().elements(), first, count, patches.elements());
                TensorProduct.multiply(kernel, gradProduct, patches.transpose(-1, -2), gradKernels, true);
            }
            if (gradX != null) {
                TensorProduct.multiply(kernel, run.kernels(weight.value()).transpose(-1, -2), gradProduct, patches, false);
                run.patches().scatter(patches.elements(), gradX.elements(), first, count);
            }
            pass.giveBack(patches);
            pass.giveBack(gradProduct);
        }
    }

    private Run run(Shape x) {
        Shape w = weight.shape();
        if (x.rank() != w.rank()) {
            throw new ShapeException(operation, x, w, "the input is (N,Cin,H,W) for a weight (Cout,Cin/groups,kH,kW), or (N,Cin,L) for (Cout,Cin/groups,k)");
        }
        if (x.extent(1) != w.extent(1) * groups) {
            throw new ShapeException(operation, x, w, "axis 1 of the input must have " + w.extent(1) * groups + " channels: "
                    + w.extent(1) + " for each of " + groups + " groups");
        }
        SlidingAxis.Pair axes = SlidingAxis.of(operation, window, x.rank() == 3 ? 1 : x.intExtent(2), x.intExtent(-1));
        Patches patches = new Patches(axes, x.intExtent(1));
        int atATime = (int) Math.clamp(ELEMENTS_AT_A_TIME / Math.max(1, patches.sizePerImage()), 1, Math.max(1, x.extent(0)));
        return new Run(patches, x.intExtent(0), atATime, w.intExtent(0), groups);
    }

    private static Shape outputShape(Shape x, Run run) {
        SlidingAxis.Pair axes = run.patches().axes();
        return x.rank() == 3 ? Shape.of(x.extent(0), run.outChannels(), axes.columns().output())
                : Shape.of(x.extent(0), run.outChannels(), axes.rows().output(), axes.columns().output());
    }

    /** (Cout,n,P) to (n,Cout,P), the bias added. */
    private void copyToImages(Tensor product, Tensor y, int first, int count, Run run) {
        Elements from = product.elements();
        Elements to = y.elements();
        Elements offsets = bias == null ? null : bias.value().elements();
        int plane = run.patches().axes().outputs();
        for (int channel = 0; channel < run.outChannels(); channel++) {
            double offset = offsets == null ? 0 : offsets.get(channel);
            for (int n = 0; n < count; n++) {
                int source = (channel * count + n) * plane;
                int target = ((first + n) * run.outChannels() + channel) * plane;
                for (int i = 0; i < plane; i++) {
                    to.set(target + i, from.get(source + i) + offset);
                }
            }
        }
    }

    /** (n,Cout,P) to (Cout,n,P). */
    private static void copyFromImages(Tensor gradY, int first, int count, Tensor gradProduct, Run run) {
        Elements from = gradY.elements();
        Elements to = gradProduct.elements();
        int plane = run.patches().axes().outputs();
        for (int n = 0; n < count; n++) {
            for (int channel = 0; channel < run.outChannels(); channel++) {
                int source = ((first + n) * run.outChannels() + channel) * plane;
                int target = (channel * count + n) * plane;
                for (int i = 0; i < plane; i++) {
                    to.set(target + i, from.get(source + i));
                }
            }
        }
    }

    /** Sums over images and places, in double: exact enough for large batches, and always in the same order. */
    private static void addChannelSums(Tensor gradY, Tensor gradBias, Run run) {
        Elements g = gradY.elements();
        Elements into = gradBias.elements();
        int plane = run.patches().axes().outputs();
        for (int channel = 0; channel < run.outChannels(); channel++) {
            double sum = 0;
            for (int n = 0; n < run.images(); n++) {
                int from = (n * run.outChannels() + channel) * plane;
                for (int i = 0; i < plane; i++) {
                    sum += g.get(from + i);
                }
            }
            into.add(channel, sum);
        }
    }
}
