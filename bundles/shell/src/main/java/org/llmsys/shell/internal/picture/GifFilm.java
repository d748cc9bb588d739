package org.llmsys.shell.internal.picture;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;

/**
 * A film as an animated GIF, by the JDK's writer. A frame is the part of the picture that changed, clear where it did not, in at most 255
 * colours, and is shown in hundredths of a second; the whole is repeated for ever (the Netscape extension).
 *
 * @see <a href="https://www.w3.org/Graphics/GIF/spec-gif89a.txt">Graphics Interchange Format, version 89a</a>
 */
final class GifFilm {

    private static final String FORMAT = "javax_imageio_gif_image_1.0";
    private static final byte[] FOR_EVER = {1, 0, 0};

    private GifFilm() {
    }

    static byte[] bytes(Film film) throws IOException {
        GifPalette palette = palette(film);
        IndexColorModel model = palette.model();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(file)) {
            writer.setOutput(out);
            writer.prepareWriteSequence(null);
            BufferedImage before = null;
            for (int at = 0; at < film.count(); at++) {
                BufferedImage now = film.frame().apply(at);
                Rectangle part = Film.changed(before, now);
                BufferedImage indexed = indexed(before, now, part, palette, model);
                writer.writeToSequence(new IIOImage(indexed, null, metadata(writer, indexed, part, film.millis(at), at == 0)), null);
                before = now;
            }
            writer.endWriteSequence();
        } finally {
            writer.dispose();
        }
        return file.toByteArray();
    }

    private static GifPalette palette(Film film) {
        Map<Integer, Long> counts = new HashMap<>();
        GifPalette.count(film.first(), counts);
        for (int at = 1; at < film.count(); at++) {
            GifPalette.count(film.frame().apply(at), counts);
        }
        return new GifPalette(counts);
    }

    private static BufferedImage indexed(BufferedImage before, BufferedImage now, Rectangle part, GifPalette palette, IndexColorModel model) {
        BufferedImage indexed = new BufferedImage(part.width, part.height, BufferedImage.TYPE_BYTE_INDEXED, model);
        for (int y = 0; y < part.height; y++) {
            for (int x = 0; x < part.width; x++) {
                int colour = now.getRGB(part.x + x, part.y + y);
                boolean same = before != null && before.getRGB(part.x + x, part.y + y) == colour;
                indexed.getRaster().setSample(x, y, 0, same ? GifPalette.CLEAR : palette.indexOf(colour));
            }
        }
        return indexed;
    }

    private static IIOMetadata metadata(ImageWriter writer, BufferedImage image, Rectangle part, int millis, boolean first) throws IOException {
        IIOMetadata metadata = writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), null);
        IIOMetadataNode root = (IIOMetadataNode) metadata.getAsTree(FORMAT);
        IIOMetadataNode place = child(root, "ImageDescriptor");
        place.setAttribute("imageLeftPosition", Integer.toString(part.x));
        place.setAttribute("imageTopPosition", Integer.toString(part.y));
        IIOMetadataNode control = child(root, "GraphicControlExtension");
        control.setAttribute("disposalMethod", "doNotDispose");
        control.setAttribute("userInputFlag", "FALSE");
        control.setAttribute("transparentColorFlag", "TRUE");
        control.setAttribute("transparentColorIndex", Integer.toString(GifPalette.CLEAR));
        control.setAttribute("delayTime", Integer.toString(Math.max(2, Math.round(millis / 10f))));
        if (first) {
            IIOMetadataNode loop = new IIOMetadataNode("ApplicationExtension");
            loop.setAttribute("applicationID", "NETSCAPE");
            loop.setAttribute("authenticationCode", "2.0");
            loop.setUserObject(FOR_EVER.clone());
            child(root, "ApplicationExtensions").appendChild(loop);
        }
        metadata.setFromTree(FORMAT, root);
        return metadata;
    }

    private static IIOMetadataNode child(IIOMetadataNode root, String name) {
        if (root.getElementsByTagName(name).getLength() > 0) {
            return (IIOMetadataNode) root.getElementsByTagName(name).item(0);
        }
        IIOMetadataNode child = new IIOMetadataNode(name);
        root.appendChild(child);
        return child;
    }
}
