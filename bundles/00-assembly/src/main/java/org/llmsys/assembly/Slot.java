package org.llmsys.assembly;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.osgi.annotation.bundle.Capability;

/**
 * Marks a service interface as a slot of the workbench: a place that one of several algorithms fills.
 *
 * <p>The name is what people type ({@code ./llmsys use matmul tiled}); it is unique over all rooms. The annotation also writes a
 * bundle capability, so a slot without any provider is known too, and a plug-in can bring a slot of its own.
 */
@Documented
@Capability(namespace = Slot.NAMESPACE, name = "${#value}", attribute = "type=${@class}")
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Slot {

    /** The namespace of the bundle capability that lists slots. */
    String NAMESPACE = "llmsys.slot";

    /** The slot's name: lower case, digits and hyphens. */
    String value();

    /**
     * Whether good providers turn finite numbers into finite numbers. False where infinity is a legitimate answer (a filter writes
     * −∞ for a token that may not be picked): then only throwing counts as a provider's fault.
     */
    boolean finite() default true;
}
