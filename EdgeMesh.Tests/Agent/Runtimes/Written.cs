using System.Text;
using EdgeMesh.Agent.Runtimes;

namespace EdgeMesh.Tests.Agent.Runtimes;

/// <summary>Keeps what a runtime wrote. Thread-safe.</summary>
internal sealed class Written : ITaskOutput
{
    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _reasoning = new();
    private readonly List<double> _steps = [];

    public string All
    {
        get
        {
            lock (_gate)
            {
                return _text.ToString();
            }
        }
    }

    public string Thought
    {
        get
        {
            lock (_gate)
            {
                return _reasoning.ToString();
            }
        }
    }

    public ImmutableArray<double> Steps
    {
        get
        {
            lock (_gate)
            {
                return [.. _steps];
            }
        }
    }

    public int Pieces { get; private set; }

    public Dictionary<string, (string ContentType, byte[] Bytes)> Files { get; } = [];

    public void Text(string text)
    {
        lock (_gate)
        {
            _text.Append(text);
            Pieces++;
        }
    }

    public void Reasoning(string text)
    {
        lock (_gate)
        {
            _reasoning.Append(text);
        }
    }

    public void TextWasReasoning()
    {
        lock (_gate)
        {
            _reasoning.Append(_text);
            _text.Clear();
        }
    }

    public void Progress(double fraction, string note)
    {
        lock (_gate)
        {
            _steps.Add(fraction);
        }
    }

    public void Artifact(string name, string contentType, ReadOnlySpan<byte> bytes) => Files.Add(name, (contentType, bytes.ToArray()));
}
