package org.llmsys.shell.internal.picture;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

import org.llmsys.assembly.Problem;

/**
 * Pictures of one size, one after the other, again and again. Each is drawn when it is needed, so a film takes the memory of a few of its pictures.
 *
 * <pre>{@code
 * new Film(ids.length, t -> figure(t).draw(), 300, 2000).write(Path.of("attention.gif"));
 * }</pre>
 *
 * @param count  of frames, 1 to 512
 * @param frame  the picture of each, from 0; the same each time it is asked for
 * @param millis that each is shown, 20 or more
 * @param rest   milliseconds that the last is shown
 */
public record Film(int count, IntFunction<BufferedImage> frame, int millis, int rest) {

    static final int MOST_FRAMES = 512;
    /** Most pixels of all frames. */
    static final long MOST_PIXELS = 400_000_000;
    private static final List<String> GIF = List.of(".gif");
    private static final List<String> PNG = List.of(".png", ".apng");

    /** @throws Problem for too many frames */
    public Film {
        if (count < 1 || count > MOST_FRAMES) {
            throw Problem.failed("the film would have " + count + " frames", "a frame is a token, and a film has 1 to " + MOST_FRAMES,
                    "write fewer tokens");
        }
    }

    /**
     * Writes it: {@code .gif} as an animated GIF, {@code .png} or {@code .apng} as an animated PNG.
     *
     * @throws Problem for another name, or more pixels than are drawn
     */
    public void write(Path file) throws IOException {
        byte[] bytes = isGif(file) ? GifFilm.bytes(this) : ApngFilm.bytes(this);
        PictureFile.write(bytes, file);
    }

    /** Whether a file is to be a GIF, or else a PNG. @throws Problem for another name */
    public static boolean isGif(Path file) {
        String name = file.getFileName() == null ? "" : file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (GIF.stream().anyMatch(name::endsWith)) {
            return true;
        }
        if (PNG.stream().anyMatch(name::endsWith)) {
            return false;
        }
        throw Problem.misused("cannot make a film of " + file, "its name says what kind it is, and ends in neither .gif nor .png",
                "write for example film.gif");
    }

    /** Milliseconds of a frame. */
    int millis(int at) {
        return at == count - 1 ? rest : millis;
    }

    /** The first frame. @throws Problem when all of them would be too large */
    BufferedImage first() {
        BufferedImage image = frame.apply(0);
        long pixels = (long) image.getWidth() * image.getHeight() * count;
        if (pixels > MOST_PIXELS) {
            throw Problem.failed("the film would be too large", count + " frames of " + image.getWidth() + " times " + image.getHeight() + " have "
                    + pixels
                    + " pixels, and at most " + MOST_PIXELS + " are drawn", "choose fewer layers or heads, or write fewer tokens");
        }
        return image;
    }

    /** The smallest part outside of which nothing changed; one pixel when nothing did. Of the first frame, all of it. */
    static Rectangle changed(BufferedImage before, BufferedImage now) {
        if (before == null) {
            return new Rectangle(now.getWidth(), now.getHeight());
        }
        int left = now.getWidth();
        int right = -1;
        int top = now.getHeight();
        int bottom = -1;
        for (int y = 0; y < now.getHeight(); y++) {
            for (int x = 0; x < now.getWidth(); x++) {
                if (before.getRGB(x, y) != now.getRGB(x, y)) {
                    left = Math.min(left, x);
                    right = Math.max(right, x);
                    top = Math.min(top, y);
                    bottom = Math.max(bottom, y);
                }
            }
        }
        return right < 0 ? new Rectangle(1, 1) : new Rectangle(left, top, right - left + 1, bottom - top + 1);
    }
}
