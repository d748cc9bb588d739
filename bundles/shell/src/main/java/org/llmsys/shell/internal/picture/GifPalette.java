package org.llmsys.shell.internal.picture;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;

/**
 * The at most 256 colours of a GIF. The first is clear. Where a film has more, colours that differ in their last bits only are one, that which most
 * pixels have; so what fills areas keeps its very colour, and shades in between move a little.
 */
final class GifPalette {

    /** The index that is clear. */
    static final int CLEAR = 0;
    private static final int MOST = 256;

    private final int[] colours;
    private final Map<Integer, Integer> nearest = new HashMap<>();

    /** @param counts how many pixels have each colour */
    GifPalette(Map<Integer, Long> counts) {
        BinaryOperator<Integer> commoner = BinaryOperator.maxBy(Comparator.<Integer, Long>comparing(counts::get).thenComparing(Comparator.reverseOrder()));
        Map<Integer, Integer> groups = new TreeMap<>();
        for (int bits = 0; bits == 0 || groups.size() > MOST - 1; bits++) {
            groups.clear();
            for (int colour : counts.keySet()) {
                groups.merge(withoutLast(bits, colour), colour, commoner);
            }
        }
        this.colours = IntStream.concat(IntStream.of(0), groups.values().stream().mapToInt(colour -> colour)).toArray();
    }

    private static int withoutLast(int bits, int colour) {
        int kept = 0xFF >> bits << bits;
        return colour & (kept << 16 | kept << 8 | kept);
    }

    /** Adds an image's pixels to the counts. */
    static void count(BufferedImage image, Map<Integer, Long> counts) {
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                counts.merge(image.getRGB(x, y) & 0xFFFFFF, 1L, Long::sum);
            }
        }
    }

    IndexColorModel model() {
        byte[] red = new byte[colours.length];
        byte[] green = new byte[colours.length];
        byte[] blue = new byte[colours.length];
        for (int i = 0; i < colours.length; i++) {
            red[i] = (byte) (colours[i] >> 16);
            green[i] = (byte) (colours[i] >> 8);
            blue[i] = (byte) colours[i];
        }
        return new IndexColorModel(8, colours.length, red, green, blue, CLEAR);
    }

    int indexOf(int colour) {
        return nearest.computeIfAbsent(colour & 0xFFFFFF, this::search);
    }

    private int search(int colour) {
        int best = 1;
        for (int i = 2; i < colours.length; i++) {
            best = distance(colours[i], colour) < distance(colours[best], colour) ? i : best;
        }
        return best;
    }

    private static int distance(int a, int b) {
        int red = (a >> 16) - (b >> 16);
        int green = (a >> 8 & 0xFF) - (b >> 8 & 0xFF);
        int blue = (a & 0xFF) - (b & 0xFF);
        return red * red + green * green + blue * blue;
    }
}
