using System.Text;

namespace EdgeMesh.Dashboard.Orchestration.Attempts;

/// <summary>
/// Joins what an attempt writes into pieces before they are stored: the first thousand as they come, so that a reader sees every word at once; then at most ten a second, however small what
/// comes is. Text and reasoning keep their order. Not thread-safe.
/// </summary>
/// <param name="tell">Gets each piece; true is reasoning.</param>
/// <param name="told">What the attempt told before, over a link that broke.</param>
internal sealed class OutputPieces(TimeProvider time, Action<string, bool> tell, int told = 0)
{
    private const int AtOnce = 1_000;
    private const int LongestWaiting = 16_384;
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(100);
    private readonly StringBuilder _waiting = new();
    private bool _isReasoning;
    private int _told = told;
    private long _toldAt = time.GetTimestamp();

    public void Add(string text, bool isReasoning)
    {
        if (isReasoning != _isReasoning)
        {
            Flush();
            _isReasoning = isReasoning;
        }

        _waiting.Append(text);
        if (_told < AtOnce || _waiting.Length >= LongestWaiting || time.GetElapsedTime(_toldAt) >= Apart)
        {
            Flush();
        }
    }

    /// <summary>Tells what waits: before anything that has to come after it.</summary>
    public void Flush()
    {
        if (_waiting.Length > 0)
        {
            _told++;
            _toldAt = time.GetTimestamp();
            tell(_waiting.ToString(), _isReasoning);
            _waiting.Clear();
        }
    }
}
