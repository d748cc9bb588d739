package org.llmsys.assembly;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * What a provider says of itself; each element becomes the service property {@code llmsys.<element>}.
 *
 * <pre>{@code
 * @Component
 * @Provider(slot = "matmul", algorithm = "matmul", name = "naive", numerics = "fma-k-ascending", summary = "three nested loops")
 * public final class NaiveMatmul implements MatmulKernel { ... }
 * }</pre>
 *
 * <p>Two providers with the same slot and algorithm are interchangeable at any step; with the same {@code numerics} class too,
 * their results are equal bit for bit. Another algorithm in the same slot is other mathematics.
 */
@ComponentPropertyType
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Provider {

    /** Puts {@code llmsys.} before each element's name. */
    String PREFIX_ = "llmsys.";

    /** The slot it fills, see {@link Slot}. */
    String slot();

    /** What it computes, by its standard name: {@code matmul}, {@code layernorm}, {@code top-p}. */
    String algorithm();

    /** This implementation, unique in its slot: what people type. */
    String name();

    /** Its numerics class; equal class, bit-identical results. Empty: it promises only the contract's tolerance. */
    String numerics() default "";

    /** One line for {@code services}. */
    String summary() default "";

    /** The paper or source it follows. */
    String reference() default "";
}
