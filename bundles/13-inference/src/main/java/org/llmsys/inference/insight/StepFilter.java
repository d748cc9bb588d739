package org.llmsys.inference.insight;

import java.util.List;
import java.util.Map;

/**
 * What one filter did to one step.
 *
 * @param name        of the filter
 * @param values      what it was given
 * @param before      tokens possible before it
 * @param after       tokens possible behind it
 * @param probability of the tokens it cut, all together, as they stood before it
 * @param removed     the likeliest of these
 */
public record StepFilter(String name, Map<String, Double> values, int before, int after, double probability, List<StepCandidate> removed) {
}
