package org.llmsys.inference.insight;

import java.util.List;

/**
 * What a model says of a text when parts of it are taken away.
 *
 * @param targets     the parts; none for the model as it is
 * @param loss        mean of -log p over the text's tokens; not a number for a text of one token
 * @param probability of the token that was asked for, as the next one
 * @param rank        of that token, 1 for the likeliest
 * @param topId       the likeliest next token
 * @param topToken    as the vocabulary has it
 * @param divergence  how far the next token's distribution moved from that of the whole model, sum of p·log(p / q) in nats; 0 for the model as it is
 */
public record AblationEffect(List<AblationTarget> targets, double loss, double probability, int rank, int topId, String topToken, double divergence) {
}
