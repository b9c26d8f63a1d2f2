using System.Runtime.CompilerServices;

namespace EdgeMesh.Agent.Runtimes.Onnx.Templates.Evaluation;

/// <summary>Counts what a rendering costs and ends it at a limit. Remembers the line being worked on, for messages.</summary>
internal sealed class Budget(ChatTemplateLimits limits, TimeProvider time, CancellationToken ct)
{
    private const int CharsPerStep = 16;
    private const int StepsPerLook = 1_024;
    private readonly long _start = time.GetTimestamp();
    private long _steps;
    private long _nextLook = StepsPerLook;
    private int _calls;

    public int Line { get; set; }

    public void Step(long count = 1)
    {
        _steps += count;
        if (_steps > limits.MaxSteps)
        {
            throw Limit($"it did more than {limits.MaxSteps:N0} steps of work.");
        }

        if (_steps >= _nextLook)
        {
            _nextLook = _steps + StepsPerLook;
            ct.ThrowIfCancellationRequested();
            if (time.GetElapsedTime(_start) > limits.MaxTime)
            {
                throw Limit($"it took longer than {limits.MaxTime.TotalSeconds:0.#} s.");
            }
        }
    }

    /// <summary>Before a text of this length is made, or added to one that is there.</summary>
    public void Text(long chars, long there = 0)
    {
        if (chars + there > limits.MaxOutputChars)
        {
            throw Limit($"it made a text of more than {limits.MaxOutputChars:N0} characters.");
        }

        Step(chars / CharsPerStep);
    }

    /// <summary>Before a text is searched for another, which may cost the product of the lengths.</summary>
    public void Search(int chars, int wanted) => Step((long)chars * Math.Max(1, wanted) / 1_024);

    /// <summary>Before a list of this length is made.</summary>
    public void Items(long count)
    {
        if (count > limits.MaxRange)
        {
            throw Limit($"it made a list of more than {limits.MaxRange:N0} elements.");
        }

        Step(count);
    }

    public void EnterCall()
    {
        if (++_calls > limits.MaxCallDepth)
        {
            throw Limit($"its macros call each other deeper than {limits.MaxCallDepth} levels.");
        }
    }

    public void LeaveCall() => _calls--;

    /// <summary>Where evaluation goes deeper: a fault instead of the end of the process.</summary>
    public static void Deeper()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Limit("its expressions or values nest too deep.");
        }
    }

    private static TemplateFaultException Limit(string message) => new(ChatTemplateFault.Limit, message);
}
