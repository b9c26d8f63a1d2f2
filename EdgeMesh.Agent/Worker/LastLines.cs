namespace EdgeMesh.Agent.Worker;

/// <summary>The last lines a process wrote, for the log when it crashed. Thread-safe.</summary>
internal sealed class LastLines
{
    private const int Most = 20;
    private readonly Queue<string> _lines = new();

    public void Add(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        lock (_lines)
        {
            _lines.Enqueue(line.Length > 300 ? line[..300] : line);
            if (_lines.Count > Most)
            {
                _lines.Dequeue();
            }
        }
    }

    public override string ToString()
    {
        lock (_lines)
        {
            return string.Join(" | ", _lines);
        }
    }
}
