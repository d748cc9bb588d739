package org.llmsys.autograd;

import org.osgi.annotation.versioning.ProviderType;

/** Where layers find their weights by name, while they are built. Names are those of the model's file format. */
@ProviderType
public interface Parameters {

    /**
     * The weight of this name.
     *
     * @param extents the shape it must have
     * @throws org.llmsys.assembly.Problem when it is missing or of another shape
     */
    Variable get(String name, long... extents);

    /** The weight of this name, or null when the model has none: a bias, for example. */
    Variable find(String name, long... extents);

    /** The same weights with this prefix and a dot put before every name. */
    Parameters scope(String prefix);
}
