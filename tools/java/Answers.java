import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Answers calls of static methods, read from standard input: class, signature and arguments, divided by tabs, one call a
 * line. Writes the same lines with the result (or "!" and the exception) as a last column. How values are written is
 * said in tests/engine/feel/java_answers.py, which asks.
 */
public class Answers {
    static Class<?> type(String name) throws ClassNotFoundException {
        if (name.endsWith("[]")) return Array.newInstance(type(name.substring(0, name.length() - 2)), 0).getClass();
        switch (name) {
            case "byte": return byte.class;
            case "short": return short.class;
            case "int": return int.class;
            case "long": return long.class;
            case "float": return float.class;
            case "double": return double.class;
            case "char": return char.class;
            case "boolean": return boolean.class;
            default: return Class.forName(name);
        }
    }

    static String unescape(String s) {
        StringBuilder b = new StringBuilder();
        for (int i = 0; i < s.length(); i++) {
            if (s.charAt(i) == '\\') {
                b.append((char) Integer.parseInt(s.substring(i + 2, i + 6), 16));
                i += 5;
            } else b.append(s.charAt(i));
        }
        return b.toString();
    }

    static String escape(String s) {
        StringBuilder b = new StringBuilder();
        for (char c : s.toCharArray())
            if (c < 32 || c > 126 || c == '\\') b.append(String.format("\\u%04x", (int) c));
            else b.append(c);
        return b.toString();
    }

    static Object object(String token) {
        if (token.equals("~")) return null;
        String rest = token.substring(1);
        switch (token.charAt(0)) {
            case 'n': return new BigDecimal(rest);
            case 'b': return Boolean.valueOf(rest);
            case 's': return unescape(rest);
            default:
                List<Object> list = new ArrayList<>();
                if (!rest.isEmpty()) for (String one : rest.split(";")) list.add(object(one));
                return list;
        }
    }

    static Object argument(Class<?> type, String token) {
        if (type == byte.class) return Byte.valueOf(token);
        if (type == short.class) return Short.valueOf(token);
        if (type == int.class) return Integer.valueOf(token);
        if (type == long.class) return Long.valueOf(token);
        if (type == float.class) return Float.valueOf(token);
        if (type == double.class) return Double.valueOf(token);
        if (type == boolean.class) return Boolean.valueOf(token);
        if (type == char.class) return unescape(token).charAt(0);
        if (token.equals("~")) return null;
        if (type == char[].class) return unescape(token.substring(1)).toCharArray();
        Object value = object(token);
        if (!type.isArray()) return value;
        List<?> list = (List<?>) value;
        Object array = Array.newInstance(type.getComponentType(), list.size());
        for (int i = 0; i < list.size(); i++) Array.set(array, i, list.get(i));
        return array;
    }

    static String result(Object value) {
        if (value == null) return "~";
        if (value instanceof Double) return "d" + Long.toHexString(Double.doubleToLongBits((Double) value));
        if (value instanceof Float) return "f" + Integer.toHexString(Float.floatToIntBits((Float) value));
        if (value instanceof Boolean) return "b" + value;
        if (value instanceof BigDecimal) return "n" + value;
        if (value instanceof Number) return "i" + value;
        if (value instanceof char[]) return "s" + escape(new String((char[]) value));
        return "s" + escape(value.toString());
    }

    public static void main(String[] args) throws Exception {
        Locale.setDefault(Locale.ENGLISH);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        PrintStream out = new PrintStream(new java.io.BufferedOutputStream(System.out), false, "UTF-8");
        for (String line; (line = in.readLine()) != null; ) {
            String[] parts = line.split("\t", -1);
            int open = parts[1].indexOf('(');
            String inside = parts[1].substring(open + 1, parts[1].length() - 1);
            String[] names = inside.isEmpty() ? new String[0] : inside.split(",");
            Class<?>[] types = new Class<?>[names.length];
            for (int i = 0; i < names.length; i++) types[i] = type(names[i]);
            Method method = Class.forName(parts[0]).getMethod(parts[1].substring(0, open), types);
            Object[] values = new Object[names.length];
            for (int i = 0; i < names.length; i++) values[i] = argument(types[i], parts[i + 2]);
            String found;
            try {
                found = result(method.invoke(null, values));
            } catch (InvocationTargetException e) {
                found = "!" + e.getCause().getClass().getSimpleName();
            }
            out.println(line + "\t" + found);
        }
        out.flush();
    }
}
