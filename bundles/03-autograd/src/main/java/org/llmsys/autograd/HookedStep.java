package org.llmsys.autograd;

import org.llmsys.assembly.Step;
import org.llmsys.assembly.StepView;

/** A step that somebody looks into; it computes as the step it wraps. */
record HookedStep(Step step, Hooks hooks) implements StepView {
}
