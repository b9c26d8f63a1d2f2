using System.Text;

namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>Python's <c>"{} {name[key]:>5}".format(…)</c>.</summary>
internal sealed class StrFormat
{
    private readonly Arguments _arguments;
    private int _next;
    private bool? _isNumbered;

    private StrFormat(Arguments arguments) => _arguments = arguments;

    public static string Apply(string format, Arguments a) => new StrFormat(a).Fill(format, 2);

    // A field's specification may hold fields itself, one level deep.
    private string Fill(string format, int levels)
    {
        if (levels == 0)
        {
            throw new TemplateFaultException("the fields of the format nest too deep.");
        }

        var result = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            var c = format[i];
            if (c is not ('{' or '}'))
            {
                result.Append(c);
            }
            else if (i + 1 < format.Length && format[i + 1] == c)
            {
                result.Append(c);
                i++;
            }
            else
            {
                var end = c == '{' ? End(format, i) : throw new TemplateFaultException("a '}' in the format opens with no '{'.");
                result.Append(Field(format[(i + 1)..end], levels));
                i = end;
            }

            _arguments.Budget.Text(1, result.Length);
        }

        return result.ToString();
    }

    private static int End(string format, int start)
    {
        var depth = 0;
        for (var i = start; i < format.Length; i++)
        {
            depth += format[i] == '{' ? 1 : format[i] == '}' ? -1 : 0;
            if (depth == 0)
            {
                return i;
            }
        }

        throw new TemplateFaultException("a '{' in the format is not closed.");
    }

    private string Field(string field, int levels)
    {
        var (name, spec) = field.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? (field[..colon], field[(colon + 1)..]) : (field, "");
        var (path, conversion) = name.IndexOf('!', StringComparison.Ordinal) is >= 0 and var mark ? (name[..mark], name[(mark + 1)..]) : (name, "");
        var value = Value(path);
        value = conversion switch
        {
            "" => value,
            "s" => PythonText.Of(value, _arguments.Budget),
            "r" or "a" => PythonText.Repr(value, _arguments.Budget),
            _ => throw new TemplateFaultException($"the conversion '!{conversion}' is not known."),
        };
        return FormatSpec.Parse(Fill(spec, levels - 1 + (spec.Length == 0 ? 1 : 0))).Apply(value is Undefined ? "" : value, _arguments.Budget);
    }

    private object? Value(string path)
    {
        var end = path.AsSpan().IndexOfAny('.', '[') is >= 0 and var found ? found : path.Length;
        var value = First(path[..end]);
        while (end < path.Length)
        {
            var isKey = path[end] == '[';
            var rest = path.AsSpan(end + 1);
            var length = isKey ? rest.IndexOf(']') : rest.IndexOfAny('.', '[') is >= 0 and var next ? next : rest.Length;
            if (length <= 0)
            {
                throw new TemplateFaultException($"the field '{path}' of the format is not understood.");
            }

            var step = rest[..length].ToString();
            value = !isKey ? Members.Attribute(value, step)
                : Members.Item(value, long.TryParse(step, out var index) ? index : step, _arguments.Budget);
            end += 1 + length + (isKey ? 1 : 0);
        }

        return value;
    }

    private object? First(string name)
    {
        if (name.Length > 0 && !int.TryParse(name, out _))
        {
            return _arguments.Named.TryGetValue(name, out var named) ? named : throw new TemplateFaultException($"the format asks for '{name}', which is not given.");
        }

        if (_isNumbered is { } before && before != name.Length > 0)
        {
            throw new TemplateFaultException("the format has fields with and without numbers.");
        }

        _isNumbered = name.Length > 0;
        var at = name.Length > 0 ? int.Parse(name, System.Globalization.CultureInfo.InvariantCulture) : _next++;
        return at >= 0 && at < _arguments.Positional.Count ? _arguments.Positional[at] : throw new TemplateFaultException("there are fewer values than places in the format.");
    }
}
