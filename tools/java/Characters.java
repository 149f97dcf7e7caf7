import java.io.PrintStream;
import java.lang.Character.UnicodeBlock;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;

/**
 * Writes what java.lang.Character knows of every code point, for src/yanlian/engine/feel/java/characters.yaml:
 *
 * <pre>java tools/java/Characters.java > src/yanlian/engine/feel/java/characters.yaml</pre>
 *
 * Every property is a row of runs "length=value" in base 36 (the value in base 10, left out when it is 0), from code
 * point 0 on. Maps to other code points are written as the distance to them.
 */
public class Characters {
    static final int ALL = 0x110000;
    static PrintStream out;

    static void runs(String name, IntUnaryOperator property) {
        StringBuilder line = new StringBuilder();
        int start = 0;
        int before = property.applyAsInt(0);
        for (int i = 1; i <= ALL; i++) {
            int value = i == ALL ? Integer.MIN_VALUE : property.applyAsInt(i);
            if (value == before) continue;
            String run = Integer.toString(i - start, 36) + (before == 0 ? "" : "=" + before);
            int lineStart = line.lastIndexOf("\n") + 1;
            line.append(line.length() - lineStart + run.length() > 114 ? "\n  " : line.length() == 0 ? "" : " ").append(run);
            start = i;
            before = value;
        }
        out.println(name + ": >-\n  " + line);
    }

    static void flags(String name, IntPredicate property) {
        runs(name, i -> property.test(i) ? 1 : 0);
    }

    static String block(int i) {
        UnicodeBlock block = UnicodeBlock.of(i);
        return block == null ? "" : block.toString().replace('_', ' ') + " " + Integer.toHexString(i).toUpperCase();
    }

    static void names() {
        out.println("controls:");
        for (int i = 0; i < ALL; i++)
            if (Character.getType(i) == Character.CONTROL && !Character.getName(i).equals(block(i)))
                out.println("  " + i + ": \"" + Character.getName(i) + "\"");
        out.println("blocks:");
        int start = -1;
        for (int i = 0; i <= ALL; i++) {
            boolean in = i < ALL && block(i).equals(Character.getName(i));
            boolean goes = in && start >= 0 && UnicodeBlock.of(i) == UnicodeBlock.of(start);
            if (start >= 0 && !goes) {
                out.println("  - [" + start + ", " + (i - 1) + ", " + UnicodeBlock.of(start).toString().replace('_', ' ') + "]");
                start = -1;
            }
            if (in && start < 0) start = i;
        }
    }

    public static void main(String[] args) throws Exception {
        out = new PrintStream(System.out, true, "UTF-8");
        out.println("# What java.lang.Character of Java " + Runtime.version().feature() + " knows of every code point; "
            + "made by tools/java/Characters.java, which says how to read it.");
        out.println("# Taken from the Unicode Character Database, version 13.0: (c) 1991-2020 Unicode, Inc., Unicode licence.");
        runs("type", Character::getType);
        runs("directionality", Character::getDirectionality);
        runs("lower", i -> Character.toLowerCase(i) - i);
        runs("upper", i -> Character.toUpperCase(i) - i);
        runs("title", i -> Character.toTitleCase(i) - Character.toUpperCase(i));
        runs("numeric", i -> Character.getNumericValue(i) < 0 ? Character.getNumericValue(i) : Character.getNumericValue(i) - i);
        runs("digit", i -> Character.digit(i, 36) < 0 ? 0 : Character.digit(i, 36) - i);
        flags("alphabetic", i -> Character.isAlphabetic(i) != (Character.isLetter(i) || Character.getType(i) == Character.LETTER_NUMBER));
        flags("ideographic", Character::isIdeographic);
        flags("mirrored", Character::isMirrored);
        flags("lowercase", i -> Character.isLowerCase(i) != (Character.getType(i) == Character.LOWERCASE_LETTER));
        flags("uppercase", i -> Character.isUpperCase(i) != (Character.getType(i) == Character.UPPERCASE_LETTER));
        flags("identifier_start", i -> Character.isUnicodeIdentifierStart(i)
            != (Character.isLetter(i) || Character.getType(i) == Character.LETTER_NUMBER));
        flags("identifier_part", i -> {
            int t = Character.getType(i);
            return Character.isUnicodeIdentifierPart(i) != (Character.isUnicodeIdentifierStart(i) || t == 23 || t == 9
                || t == 8 || t == 6 || Character.isIdentifierIgnorable(i));
        });
        names();
    }
}
