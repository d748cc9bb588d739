package org.llmsys.examples.digits;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

import org.llmsys.assembly.Problem;
import org.llmsys.examples.data.IdxFile;
import org.llmsys.tensor.RandomStream;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Tensor;

/**
 * Handwritten digits: grey pictures, and what each one is.
 *
 * @param pixels N * height * width brightnesses, 0 to 255, one picture after the other
 * @param labels N numbers from 0 to 9
 */
public record Digits(byte[] pixels, int[] labels, int height, int width) {

    /** How many different digits there are. */
    public static final int CLASSES = 10;

    private static final int SMALLEST = 16;

    /**
     * Reads pictures and labels from two IDX files, such as MNIST's.
     *
     * @throws Problem when one is damaged, or the two do not belong together
     */
    public static Digits read(Path images, Path labels) {
        IdxFile pictures = IdxFile.read(images);
        IdxFile names = IdxFile.read(labels);
        requireBytes(images, pictures, 3, "pictures (count x height x width)");
        requireBytes(labels, names, 1, "labels (count)");
        if (pictures.extents()[0] != names.size()) {
            throw wrong(images, "it has " + pictures.extents()[0] + " pictures, and " + labels + " has " + names.size() + " labels");
        }
        int[] numbers = IntStream.range(0, names.size()).map(i -> (int) names.get(i)).toArray();
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] >= CLASSES) {
                throw wrong(labels, "label " + i + " is " + numbers[i] + ", and digits go from 0 to 9");
            }
        }
        int height = pictures.extents()[1];
        int width = pictures.extents()[2];
        if (height < SMALLEST || width < SMALLEST) {
            throw wrong(images, "its pictures are " + height + " x " + width + " points, too few to look at with windows; 16 x 16 is the least");
        }
        return new Digits(pictures.numbers().array(), numbers, height, width);
    }

    private static void requireBytes(Path file, IdxFile idx, int axes, String what) {
        if (idx.type() != IdxFile.Type.UNSIGNED_BYTE || idx.extents().length != axes) {
            throw wrong(file, "it has numbers of type " + idx.type() + " along " + idx.extents().length + " axes; expected are unsigned bytes along "
                    + axes + ": " + what);
        }
    }

    private static Problem wrong(Path file, String why) {
        return Problem.failed("cannot use " + file, why, "give --images and --labels the two files of one set, such as MNIST's");
    }

    public int count() {
        return labels.length;
    }

    /** Those from one place up to, and without, another. */
    public Digits slice(int from, int to) {
        int size = height * width;
        return new Digits(Arrays.copyOfRange(pixels, from * size, to * size), Arrays.copyOfRange(labels, from, to), height, width);
    }

    /** Those whose label passes, in their order. */
    public Digits only(IntPredicate label) {
        return at(IntStream.range(0, count()).filter(i -> label.test(labels[i])).toArray());
    }

    /** The first so many of each label, in their order. */
    public Digits first(int ofEach) {
        int[] seen = new int[CLASSES];
        return at(IntStream.range(0, count()).filter(i -> seen[labels[i]]++ < ofEach).toArray());
    }

    private Digits at(int[] places) {
        int size = height * width;
        byte[] some = new byte[places.length * size];
        for (int i = 0; i < places.length; i++) {
            System.arraycopy(pixels, places[i] * size, some, i * size, size);
        }
        return new Digits(some, Arrays.stream(places).map(i -> labels[i]).toArray(), height, width);
    }

    /** A brightness from 0 to 1; 0 outside the picture. */
    public float brightness(int digit, int y, int x) {
        boolean outside = y < 0 || y >= height || x < 0 || x >= width;
        return outside ? 0 : (pixels[(digit * height + y) * width + x] & 0xff) / 255f;
    }

    /** The pictures at these places, (N,1,H,W): one channel, brightnesses from 0 to 1. */
    public Tensor images(int... places) {
        return images(null, places);
    }

    /**
     * As {@link #images(int...)}, each moved by up to one point up, down, left or right. A digit that has moved is the same digit, so
     * nine times as many pictures can be learned from.
     *
     * @param moves where the moves are drawn from, or null for none
     */
    public Tensor images(RandomStream moves, int... places) {
        Tensor images = Tensor.zeros(places.length, 1, height, width);                     // (N,1,H,W)
        float[] points = images.floats();
        int next = 0;
        for (int place : places) {
            int dy = moves == null ? 0 : (int) moves.nextLong(3) - 1;
            int dx = moves == null ? 0 : (int) moves.nextLong(3) - 1;
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    points[next++] = brightness(place, y + dy, x + dx);
                }
            }
        }
        return images;
    }

    /** The labels at these places, (N). */
    public Tensor labels(int... places) {
        return Tensor.ofInts(Shape.of(places.length), Arrays.stream(places).map(i -> labels[i]).toArray());
    }
}
