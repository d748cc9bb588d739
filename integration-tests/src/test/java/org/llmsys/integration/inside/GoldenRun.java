package org.llmsys.integration.inside;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.StepListener;
import org.osgi.framework.BundleContext;

/** Training losses of preset tiny, 20 steps, seed 1, by the references. Gives {@code step loss validationLoss} for each report. */
public final class GoldenRun implements BiFunction<BundleContext, String, List<String>> {

    @Override
    public List<String> apply(BundleContext context, String unused) {
        House house = new House(context);
        Assemblies assemblies = house.service(Assemblies.class);
        Storm.OTHERS.forEach(assemblies::use);
        assemblies.use("matmul", "naive");
        List<String> lines = new ArrayList<>();
        for (String report : new TinyRuns(house).train(20, 1, Job.silent("golden"), StepListener.NONE)) {
            if (!report.startsWith("weights")) {
                lines.add(report.replaceAll(":[0-9a-f]{16}", ""));
            }
        }
        return lines;
    }
}
