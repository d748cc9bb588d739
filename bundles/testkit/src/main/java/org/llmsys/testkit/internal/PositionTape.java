package org.llmsys.testkit.internal;

import org.llmsys.assembly.Provider;
import org.llmsys.autograd.GradientTape;
import org.llmsys.autograd.PassMemory;
import org.llmsys.autograd.TapeFactory;

/** Opens the plain tape that an encoding is taken back with. */
@Provider(slot = "tape", algorithm = TapeFactory.ALGORITHM, name = "position-check")
final class PositionTape implements TapeFactory {

    @Override
    public GradientTape open(PassMemory memory) {
        return new PlainTape(memory);
    }
}
