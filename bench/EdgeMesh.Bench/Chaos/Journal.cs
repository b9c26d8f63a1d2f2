using System.Globalization;
using System.Text;
using System.Text.Json;

namespace EdgeMesh.Bench.Chaos;

/// <summary>A job's events as a reader gets them, and what is wrong with their order: nothing may come twice, nothing may be left out.</summary>
internal sealed class Journal
{
    private readonly Dictionary<(string Task, int Number), StringBuilder> _texts = [];
    private readonly Dictionary<string, int> _ends = [];

    /// <summary>Number of the last event.</summary>
    public long Last { get; private set; }

    /// <summary>Whether the job's end was told.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Events that came again, or after a later one.</summary>
    public int Repeated { get; private set; }

    /// <summary>Events that never came before a later one did.</summary>
    public long LeftOut { get; private set; }

    /// <summary>Text told at another place than behind the text before it.</summary>
    public int Misplaced { get; private set; }

    /// <summary>Attempts that went on with what another one had written.</summary>
    public int WentOn { get; private set; }

    /// <summary>Ends of attempts, tasks and the job beyond the first of each.</summary>
    public int DoubledEnds => _ends.Values.Sum(n => n - 1);

    public bool IsSound => Repeated == 0 && LeftOut == 0 && Misplaced == 0 && DoubledEnds == 0;

    /// <summary>What an attempt wrote.</summary>
    public string TextOf(string task, int number) => _texts.TryGetValue((task, number), out var text) ? text.ToString() : "";

    public void Take(string id, string data)
    {
        var sequence = long.Parse(id, CultureInfo.InvariantCulture);
        if (sequence <= Last)
        {
            Repeated++;
            return;
        }

        (LeftOut, Last) = (LeftOut + sequence - Last - 1, sequence);
        using var json = JsonDocument.Parse(data);
        var told = json.RootElement;
        switch (told.GetProperty("type").GetString())
        {
            case "AttemptPlaced" when told.GetProperty("seam") is { ValueKind: JsonValueKind.Object } seam:
                var (task, number) = Attempt(told);
                _texts[(task, number)] = new StringBuilder(TextOf(task, seam.GetProperty("attempt").GetInt32())[..seam.GetProperty("offset").GetInt32()]);
                WentOn++;
                break;
            case "OutputAppended" when told.GetProperty("text").GetString() is { } text:
                Append(Attempt(told), told.GetProperty("offset").GetInt32(), text);
                break;
            case "AttemptSucceeded" or "AttemptFailed":
                End($"{Attempt(told)}");
                break;
            case "TaskEnded":
                End(told.GetProperty("task").GetString()!);
                break;
            case "JobEnded":
                IsOver = true;
                End("the job");
                break;
        }
    }

    private static (string Task, int Number) Attempt(JsonElement told) => (told.GetProperty("task").GetString()!, told.GetProperty("number").GetInt32());

    private void Append((string Task, int Number) attempt, int offset, string text)
    {
        if (!_texts.TryGetValue(attempt, out var written))
        {
            _texts[attempt] = written = new StringBuilder();
        }

        Misplaced += offset == written.Length ? 0 : 1;
        written.Append(text);
    }

    private void End(string what) => _ends[what] = _ends.GetValueOrDefault(what) + 1;
}
