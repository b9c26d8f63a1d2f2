using System.Text;
using EdgeMesh.Agent.Runtimes;

namespace EdgeMesh.Tests.Fakes;

/// <summary>Keeps what a runtime writes.</summary>
public sealed class CollectedOutput : ITaskOutput
{
    private readonly StringBuilder _text = new();

    public string Written => _text.ToString();

    public List<string> Pieces { get; } = [];

    public List<double> Steps { get; } = [];

    public Dictionary<string, (string ContentType, byte[] Bytes)> Files { get; } = [];

    public void Text(string text)
    {
        Pieces.Add(text);
        _text.Append(text);
    }

    public void Progress(double fraction, string note)
    {
        lock (Steps)
        {
            Steps.Add(fraction);
        }
    }

    public void Artifact(string name, string contentType, ReadOnlySpan<byte> bytes) => Files.Add(name, (contentType, bytes.ToArray()));
}
