using System.Text;
using System.Text.Json;

namespace EdgeMesh.Tests.Support;

/// <summary>Writes JSON as a careless program might: wrong types, missing and doubled parts, impossible numbers, half characters, cut off. What goes wrong is chosen by a list of numbers.</summary>
internal sealed class JsonMutator(int[] choices)
{
    private static readonly string[] Odd =
    [
        "null", "\"\"", "\"  \"", "0", "-1", "1e400", "99999999999999999999", "1.5", "true", "{}", "[]", "[null]", "[[]]", "\"\\ud800\"", "\"\\u0000\"", "{\"id\":null}", "{\"\\ud800\":1}", "\"x\"",
        "\"0001-01-01T00:00:00Z\"",
    ];

    private int _at;

    public byte[] Of(string json)
    {
        using var document = JsonDocument.Parse(json);
        var text = new StringBuilder();
        Write(document.RootElement, text);
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        if (Is(20))
        {
            bytes[Next(bytes.Length)] = 0xFF;
        }

        return Is(20) ? bytes[..Next(bytes.Length)] : bytes;
    }

    private int Next(int below) => choices[_at++ % choices.Length] % below;

    private bool Is(int oneIn) => Next(oneIn) == 1;

    private void Write(JsonElement json, StringBuilder text)
    {
        if (Is(10))
        {
            text.Append(Odd[Next(Odd.Length)]);
            return;
        }

        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                List(text, '{', '}', json.EnumerateObject(), property =>
                {
                    text.Append(JsonSerializer.Serialize(property.Name)).Append(':');
                    Write(property.Value, text);
                });
                break;
            case JsonValueKind.Array:
                List(text, '[', ']', json.EnumerateArray(), item => Write(item, text));
                break;
            default:
                text.Append(json.GetRawText());
                break;
        }
    }

    private void List<T>(StringBuilder text, char open, char close, IEnumerable<T> parts, Action<T> write)
    {
        text.Append(open);
        var first = true;
        foreach (var part in parts)
        {
            for (var times = Is(12) ? 0 : Is(12) ? 2 : 1; times > 0; times--)
            {
                text.Append(first ? "" : ",");
                first = false;
                write(part);
            }
        }

        text.Append(close);
    }
}
