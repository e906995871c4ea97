package io.penstock.spec;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a field of the document means and may hold; read by {@link SpecShape}, which makes reading, checking, schema and
 * reference from it.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.TYPE})
@interface Field {
    /** One sentence for the reference. */
    String value();

    /** What stands for an absent field, as it would be written; none means the field must be written. */
    String byDefault() default NONE;

    /** Least number, length of a list, or size allowed. */
    long min() default Long.MIN_VALUE;

    /** Greatest number, length of a list, or size allowed. */
    long max() default Long.MAX_VALUE;

    /** Regular expression that a text must match in full. */
    String pattern() default "";

    /** Says that there is no default. */
    String NONE = "\0";
}
