namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>Python's arithmetic: / gives a fraction, // and % round down. Whole numbers have 64 bits; beyond is a fault, not a wrong number.</summary>
internal static class Arithmetic
{
    public static object OnIntegers(string op, long a, long b)
    {
        try
        {
            return op switch
            {
                "+" => (object)checked(a + b),
                "-" => checked(a - b),
                "*" => checked(a * b),
                "/" => b == 0 ? throw DividedByZero() : (double)a / b,
                "//" => b == 0 ? throw DividedByZero() : checked((a / b) - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0)),
                "%" => b is 0 ? throw DividedByZero() : b == -1 ? 0L : ((a % b) + b) % b,
                "**" => b < 0 ? (object)Math.Pow(a, b) : Power(a, b),
                _ => throw Unknown(op),
            };
        }
        catch (OverflowException)
        {
            throw new TemplateFaultException("a number became too large.");
        }
    }

    public static object OnFloats(string op, double a, double b) => op switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" => b == 0 ? throw DividedByZero() : a / b,
        "//" => b == 0 ? throw DividedByZero() : Math.Floor(a / b),
        "%" => b == 0 ? throw DividedByZero() : a - (b * Math.Floor(a / b)),
        "**" => Math.Pow(a, b),
        _ => throw Unknown(op),
    };

    private static long Power(long a, long b)
    {
        var result = 1L;
        for (var factor = a; b > 0; b >>= 1)
        {
            result = (b & 1) == 1 ? checked(result * factor) : result;
            factor = b > 1 ? checked(factor * factor) : factor;
        }

        return result;
    }

    private static TemplateFaultException DividedByZero() => new("a division by zero.");

    private static TemplateFaultException Unknown(string op) => new($"the operator {op} is not supported.");
}
