package org.llmsys.shell.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import org.llmsys.inference.LoadedModel;
import org.llmsys.inference.insight.AblationEffect;
import org.llmsys.inference.insight.AblationStudy;
import org.llmsys.inference.insight.AblationTarget;
import org.llmsys.inference.insight.AblationValue;
import org.llmsys.shell.Json;
import org.llmsys.shell.Table;

/**
 * What taking parts away did, as tables or as JSON.
 *
 * @param effects  of each part by itself
 * @param together of all of them at once; null when that was not asked for
 */
record AblationReport(LoadedModel model, AblationStudy study, AblationValue value, List<AblationEffect> effects, AblationEffect together) {

    /** A line a part. */
    String table() {
        Table table = new Table("without", "loss", "change", "p(" + watched() + ")", "rank", "divergence", "next token");
        row(table, "nothing", study.whole());
        effects.forEach(effect -> row(table, effect.targets().getFirst().toString(), effect));
        if (together != null) {
            row(table, "all of these", together);
        }
        return table.toString();
    }

    private void row(Table table, String name, AblationEffect effect) {
        table.row(name, shown(effect.loss(), "%.4f"), shown(lossChange(effect), "%+.4f"), shown(effect.probability(), "%.4f"), effect.rank(),
                shown(effect.divergence(), "%.4f"), TokenText.visible(effect.topToken()));
    }

    /** A line a layer: its heads, its feed-forward network, all of it. */
    String grid(String measure) {
        boolean loss = measure.equals("loss") && !Double.isNaN(study.whole().loss());
        int heads = model.model().config().numHeads();
        List<String> titles = new ArrayList<>(List.of("layer"));
        for (int head = 0; head < heads; head++) {
            titles.add("head " + head);
        }
        titles.addAll(List.of("mlp", "whole"));
        Map<Integer, List<Object>> rows = new TreeMap<>();
        for (AblationEffect effect : effects) {
            int layer = effect.targets().getFirst().layer();
            rows.computeIfAbsent(layer, key -> new ArrayList<>(List.of(key)))
                    .add(shown(loss ? lossChange(effect) : effect.probability() - study.whole().probability(), "%+.4f"));
        }
        Table table = new Table(titles.toArray(String[]::new));
        rows.values().forEach(cells -> table.row(cells.toArray()));
        String what = loss ? String.format(Locale.ROOT, "change of the loss, %.4f nats a token with the whole model: above 0 the part helped",
                study.whole().loss())
                : String.format(Locale.ROOT, "change of the probability of %s, %.4f with the whole model: below 0 the part helped", watched(),
                        study.whole().probability());
        return table + what + "\n";
    }

    private double lossChange(AblationEffect effect) {
        return effect.loss() - study.whole().loss();
    }

    private String watched() {
        return TokenText.visible(token());
    }

    private String token() {
        int id = study.asked();
        return model.tokenizer().vocabSize() > id ? model.tokenizer().token(id) : "#" + id;
    }

    private static String shown(double number, String format) {
        return Double.isNaN(number) ? "-" : String.format(Locale.ROOT, format, number);
    }

    Map<String, Object> json() {
        return Json.object("model", model.name(), "value", value.name().toLowerCase(Locale.ROOT), "target",
                Json.object("id", study.asked(), "token", token()),
                "whole", json(study.whole()), "parts", effects.stream().map(this::part).toList(), "together", together == null ? null
                : json(together));
    }

    private Map<String, Object> part(AblationEffect effect) {
        Map<String, Object> part = switch (effect.targets().getFirst()) {
            case AblationTarget.Head head -> Json.object("part", "head", "layer", head.layer(), "head", head.head());
            case AblationTarget.Mlp mlp -> Json.object("part", "mlp", "layer", mlp.layer());
            case AblationTarget.Layer layer -> Json.object("part", "layer", "layer", layer.layer());
        };
        part.putAll(json(effect));
        return part;
    }

    private Map<String, Object> json(AblationEffect effect) {
        return Json.object("loss", effect.loss(), "lossChange", lossChange(effect), "probability", effect.probability(),
                "probabilityChange", effect.probability() - study.whole().probability(), "rank", effect.rank(), "divergence", effect.divergence(),
                "topId", effect.topId(), "topToken", effect.topToken());
    }
}
