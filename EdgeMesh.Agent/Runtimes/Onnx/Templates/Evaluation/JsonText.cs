using System.Globalization;
using System.Text;

namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>JSON as Python's <c>json.dumps</c> writes it, with transformers' defaults: <c>ensure_ascii=False</c>.</summary>
internal sealed class JsonText(Budget budget, string? indent, string itemSeparator, string keySeparator, bool sortKeys, bool ensureAscii)
{
    private readonly StringBuilder _text = new();

    public static string Of(Arguments a)
    {
        var indent = a.Get(2, "indent", null) switch
        {
            null => null,
            string text => text,
            _ => new string(' ', (int)Math.Clamp(a.Integer(2, "indent", 0), 0, 64)),
        };
        var separators = a.Get(3, "separators", null) is TemplateList { Items: [string item, string key] } ? (item, key) : (indent is null ? ", " : ",", ": ");
        var json = new JsonText(a.Budget, indent, separators.Item1, separators.Item2, a.Truth(4, "sort_keys", false), a.Truth(1, "ensure_ascii", false));
        json.Append(a.Positional[0], "\n");
        return json._text.ToString();
    }

    private void Append(object? value, string newline)
    {
        budget.Step();
        switch (Markup.Plain(value))
        {
            case null: _text.Append("null"); break;
            case bool truth: _text.Append(truth ? "true" : "false"); break;
            case long number: _text.Append(CultureInfo.InvariantCulture, $"{number}"); break;
            case double number: _text.Append(PythonText.Float(number) switch { "nan" => "NaN", "inf" => "Infinity", "-inf" => "-Infinity", var text => text }); break;
            case string text: Quote(text); break;
            case TemplateList list: AppendList(list, newline); break;
            case TemplateDict dict: AppendDict(dict, newline); break;
            default: throw new TemplateFaultException($"{PythonText.TypeName(value)} cannot be written as JSON.");
        }

        budget.Text(0, _text.Length);
    }

    private void AppendList(TemplateList list, string newline)
    {
        Budget.Deeper();
        var inner = newline + indent;
        for (var i = 0; i < list.Items.Count; i++)
        {
            budget.Text(inner.Length, _text.Length);
            _text.Append(i == 0 ? "[" : itemSeparator).Append(indent is null ? "" : inner);
            Append(list.Items[i], inner);
        }

        _text.Append(list.Items.Count == 0 ? "[" : indent is null ? "" : newline).Append(']');
    }

    private void AppendDict(TemplateDict dict, string newline)
    {
        Budget.Deeper();
        var inner = newline + indent;
        var first = true;
        foreach (var (key, value) in sortKeys ? PythonComparer.Sorted(dict.Items, p => p.Key, false) : dict.Items.AsEnumerable())
        {
            budget.Text(inner.Length, _text.Length);
            _text.Append(first ? "{" : itemSeparator).Append(indent is null ? "" : inner);
            first = false;
            Quote(key switch
            {
                bool truth => truth ? "true" : "false",
                string or Markup or long or double => PythonText.Of(key, budget),
                _ => throw new TemplateFaultException($"{PythonText.TypeName(key)} cannot be a key in JSON."),
            });
            _text.Append(keySeparator);
            Append(value, inner);
        }

        _text.Append(first ? "{" : indent is null ? "" : newline).Append('}');
    }

    private void Quote(string text)
    {
        budget.Text(text.Length, _text.Length);
        _text.Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => _text.Append("\\\""),
                '\\' => _text.Append("\\\\"),
                '\n' => _text.Append("\\n"),
                '\r' => _text.Append("\\r"),
                '\t' => _text.Append("\\t"),
                '\b' => _text.Append("\\b"),
                '\f' => _text.Append("\\f"),
                < ' ' => _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                > '~' when ensureAscii => _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => _text.Append(c),
            };
        }

        _text.Append('"');
    }
}
