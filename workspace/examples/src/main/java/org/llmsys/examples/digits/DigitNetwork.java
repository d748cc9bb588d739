package org.llmsys.examples.digits;

import java.util.List;

import org.llmsys.assembly.Needs;
import org.llmsys.autograd.Layer;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.layers.ActivationLayer;
import org.llmsys.layers.Conv2d;
import org.llmsys.layers.Flatten;
import org.llmsys.layers.Linear;
import org.llmsys.layers.LossLayer;
import org.llmsys.layers.MaxPool2d;
import org.llmsys.layers.Sequential;
import org.llmsys.layers.Window;

/**
 * A network that looks at digits: features, which say what there is to see, and a head, which names it.
 *
 * <pre>
 *   images (B,1,H,W) -features-> (B,F) -head-> logits (B,10)
 * </pre>
 *
 * @param features from pictures to what was found in them
 * @param head     from that to a number for each digit: the larger, the likelier
 */
public record DigitNetwork(Layer features, Layer head, LossLayer loss) {

    private static final int HIDDEN = 256;

    /**
     * All points at once, whatever their place: one hidden layer, 203,530 weights for 28 x 28.
     *
     * <pre>
     *   (B,1,H,W) -flatten-> (B,H*W) -linear, ReLU-> (B,256) -linear-> (B,10)
     * </pre>
     */
    public static DigitNetwork mlp(int height, int width, Parameters weights, Needs needs) {
        int points = height * width;
        Layer features = new Sequential(List.of(
                new Flatten(),                                                                     // (B,H*W)
                new Linear("features.fc", points, HIDDEN, weights, needs),                         // (B,256)
                new ActivationLayer("relu", needs)));
        return new DigitNetwork(features, new Linear("head", HIDDEN, Digits.CLASSES, weights, needs), new LossLayer("cross-entropy", needs));
    }

    /**
     * Small patches first: the same few weights look at every place of the picture, so a stroke is a stroke wherever it stands. Pooling
     * keeps the strongest answer of four neighbours. 5,994 weights for 28 x 28.
     *
     * <pre>
     *   (B,1,H,W) -5x5, ReLU-> (B,8,H-4,W-4) -pool 2x2-> (B,8,h,w) -5x5, ReLU-> (B,16,h-4,w-4) -pool 2x2-> -flatten-> (B,F) -linear-> (B,10)
     * </pre>
     */
    public static DigitNetwork cnn(int height, int width, Parameters weights, Needs needs) {
        int found = 16 * convolvedAndPooled(convolvedAndPooled(height)) * convolvedAndPooled(convolvedAndPooled(width));
        Layer features = new Sequential(List.of(
                new Conv2d("features.conv1", 1, 8, Window.of(5, 5), weights, needs),               // (B,8,24,24) for 28 x 28
                new ActivationLayer("relu", needs),
                new MaxPool2d(Window.of(2, 2).stride(2)),                                          // (B,8,12,12)
                new Conv2d("features.conv2", 8, 16, Window.of(5, 5), weights, needs),              // (B,16,8,8)
                new ActivationLayer("relu", needs),
                new MaxPool2d(Window.of(2, 2).stride(2)),                                          // (B,16,4,4)
                new Flatten()));                                                                   // (B,256)
        return new DigitNetwork(features, new Linear("head", found, Digits.CLASSES, weights, needs), new LossLayer("cross-entropy", needs));
    }

    /** What a 5 x 5 window without padding and a pool of 2 x 2 leave of a side. */
    private static int convolvedAndPooled(int side) {
        return (side - 4) / 2;
    }

    /** For pictures (B,1,H,W) a number for each digit, (B,10). */
    public Variable logits(Variable images, Pass pass) {
        return head.forward(features.forward(images, pass), pass);
    }
}
