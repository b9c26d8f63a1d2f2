using System.Globalization;
using System.Text;

namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>Functions every template finds.</summary>
internal static class Globals
{
    public static Function? Find(string id, TimeProvider time)
    {
        Func<Arguments, object?>? body = id switch
        {
            "raise_exception" => a => throw new TemplateFaultException(ChatTemplateFault.Raised, PythonText.Of(a.Get(0, "message", ""), a.Budget)),
            "strftime_now" => a => Strftime(a.Text(0, "format"), time.GetLocalNow(), a.Budget),
            "range" => Range,
            "namespace" => a => new TemplateNamespace(Dict(a).Items.ToDictionary(p => PythonText.Of(p.Key, a.Budget), p => p.Value)),
            "dict" => Dict,
            "cycler" => a => a.Positional.Count > 0 ? new Cycler(a.Positional) : throw new TemplateFaultException("cycler needs something to go through."),
            "joiner" => a => Joiner(a.Text(0, "sep", ", ")),
            "lipsum" => _ => throw new TemplateFaultException($"{id} is not supported."),
            _ => null,
        };
        return body is null ? null : new Function(id, body);
    }

    private static TemplateDict Dict(Arguments a)
    {
        var dict = new TemplateDict();
        if (a.Positional.Count > 0)
        {
            var pairs = a.Positional[0] is TemplateDict from ? DictMethods.Pairs(from, a.Budget).Items : Operators.Iterate(a.Positional[0], a.Budget);
            foreach (var pair in pairs)
            {
                if (Operators.Iterate(pair, a.Budget) is not [{ } key, var value])
                {
                    throw new TemplateFaultException("dict needs pairs of a key and a value.");
                }

                dict.Items[key] = value;
            }
        }

        foreach (var (key, value) in a.Named)
        {
            dict.Items[key] = value;
        }

        return dict;
    }

    private static Function Joiner(string separator)
    {
        var joiner = new Joiner(separator);
        return new Function("joiner", _ => joiner.Next());
    }

    private static TemplateList Range(Arguments a)
    {
        var only = a.Positional.Count < 2;
        var start = only ? 0 : a.Integer(0, "start", 0);
        var stop = only ? a.Integer(0, "stop", 0) : a.Integer(1, "stop", 0);
        var step = a.Integer(2, "step", 1);
        if (step == 0)
        {
            throw new TemplateFaultException("range has the step 0.");
        }

        var span = step > 0 ? (Int128)stop - start : (Int128)start - stop;
        var size = Int128.Abs(step);
        var count = span <= 0 ? 0 : (span + size - 1) / size;
        a.Budget.Items((long)Int128.Min(count, long.MaxValue));
        return new TemplateList([.. Enumerable.Range(0, (int)count).Select(i => (object)(start + (i * step)))]);
    }

    private static string Strftime(string format, DateTimeOffset now, Budget budget)
    {
        budget.Text(format.Length);
        var result = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                result.Append(format[i]);
                continue;
            }

            var plain = format[i + 1] == '-' && i + 2 < format.Length;
            i += plain ? 2 : 1;
            var part = Part(format[i], now);
            result.Append(plain ? part.TrimStart('0') is { Length: > 0 } trimmed ? trimmed : "0" : part);
        }

        return result.ToString();
    }

    private static string Part(char directive, DateTimeOffset now) => directive switch
    {
        'Y' => Formatted(now, "yyyy"),
        'y' => Formatted(now, "yy"),
        'm' => Formatted(now, "MM"),
        'B' => Formatted(now, "MMMM"),
        'b' or 'h' => Formatted(now, "MMM"),
        'd' => Formatted(now, "dd"),
        'e' => $"{now.Day,2}",
        'j' => $"{now.DayOfYear:000}",
        'A' => Formatted(now, "dddd"),
        'a' => Formatted(now, "ddd"),
        'w' => $"{(int)now.DayOfWeek}",
        'H' => Formatted(now, "HH"),
        'I' => Formatted(now, "hh"),
        'M' => Formatted(now, "mm"),
        'S' => Formatted(now, "ss"),
        'f' => Formatted(now, "ffffff"),
        'p' => Formatted(now, "tt"),
        'F' => Formatted(now, "yyyy-MM-dd"),
        'T' => Formatted(now, "HH:mm:ss"),
        'D' => Formatted(now, "MM/dd/yy"),
        'z' or 'Z' => "",
        'n' => "\n",
        't' => "\t",
        '%' => "%",
        _ => throw new TemplateFaultException($"strftime_now does not know %{directive}."),
    };

    private static string Formatted(DateTimeOffset now, string format) => now.ToString(format, CultureInfo.InvariantCulture);
}
