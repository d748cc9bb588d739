package org.llmsys.files.malformed;

import org.llmsys.tensor.RandomStream;

/** One kind of damage: makes a bad file, another one for each seed. */
@FunctionalInterface
interface Damage {

    byte[] file(RandomStream random);
}
