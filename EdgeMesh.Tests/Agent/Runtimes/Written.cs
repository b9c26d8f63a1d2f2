using System.Text;
using EdgeMesh.Agent.Runtimes;

namespace EdgeMesh.Tests.Agent.Runtimes;

/// <summary>Keeps what a runtime wrote.</summary>
internal sealed class Written : ITaskOutput
{
    private readonly StringBuilder _text = new();

    public string All
    {
        get
        {
            lock (_text)
            {
                return _text.ToString();
            }
        }
    }

    public int Pieces { get; private set; }

    public void Text(string text)
    {
        lock (_text)
        {
            _text.Append(text);
            Pieces++;
        }
    }

    public void Progress(double fraction, string note)
    {
    }

    public void Artifact(string name, string contentType, ReadOnlySpan<byte> bytes) => throw new NotSupportedException("These runtimes make no files.");
}
