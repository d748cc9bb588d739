package org.llmsys.assembly.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.Manifest;

import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

import org.llmsys.assembly.Provider;

/** A component as its bundle describes it (Declarative Services, chapter 112 of the OSGi compendium): its class, services and ranking. */
public record ComponentDescription(Class<?> implementation, List<String> services, int ranking) {

    private static final String HEADER = "Service-Component";

    /** Every component whose bundle's manifest this class loader sees; a class that cannot be loaded here is left out. */
    public static List<ComponentDescription> onClassPath(ClassLoader loader) {
        List<ComponentDescription> found = new ArrayList<>();
        try {
            for (URL manifest : Collections.list(loader.getResources("META-INF/MANIFEST.MF"))) {
                try (InputStream in = manifest.openStream()) {
                    String header = new Manifest(in).getMainAttributes().getValue(HEADER);
                    String root = manifest.toString().substring(0, manifest.toString().length() - "META-INF/MANIFEST.MF".length());
                    for (String path : header == null ? new String[0] : header.split(",")) {
                        if (!path.contains("*")) {
                            ComponentDescription description = read(URI.create(root + path.strip()).toURL(), loader);
                            if (description != null) {
                                found.add(description);
                            }
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static ComponentDescription read(URL url, ClassLoader loader) throws IOException {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        String implementation = null;
        int ranking = 0;
        List<String> services = new ArrayList<>();
        try (InputStream in = url.openStream()) {
            XMLStreamReader xml = factory.createXMLStreamReader(in);
            while (xml.hasNext()) {
                if (xml.next() == XMLStreamConstants.START_ELEMENT) {
                    switch (xml.getLocalName()) {
                        case "implementation" -> implementation = xml.getAttributeValue(null, "class");
                        case "provide" -> services.add(xml.getAttributeValue(null, "interface"));
                        case "property" -> ranking = "service.ranking".equals(xml.getAttributeValue(null, "name"))
                                ? Integer.parseInt(xml.getAttributeValue(null, "value")) : ranking;
                        default -> { }
                    }
                }
            }
            return new ComponentDescription(Class.forName(implementation, false, loader), List.copyOf(services), ranking);
        } catch (XMLStreamException e) {
            throw new IOException(url + " is no component description", e);
        } catch (ClassNotFoundException | LinkageError notHere) {
            return null;
        }
    }

    public boolean isProvider() {
        return implementation.isAnnotationPresent(Provider.class);
    }

    /** The slot of a provider. */
    public String slot() {
        return implementation.getAnnotation(Provider.class).slot();
    }

    public boolean offers(Class<?> service) {
        return services.contains(service.getName());
    }

    /** What its one public constructor asks for. */
    public Class<?>[] parameters() {
        return constructor().getParameterTypes();
    }

    private Constructor<?> constructor() {
        Constructor<?>[] constructors = implementation.getConstructors();
        if (constructors.length != 1) {
            throw new IllegalStateException(implementation + " has " + constructors.length + " public constructors");
        }
        return constructors[0];
    }

    public Object create(Object... arguments) {
        try {
            return constructor().newInstance(arguments);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(implementation + " cannot be made", e.getCause());
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new IllegalStateException(implementation + " cannot be made", e);
        }
    }
}
