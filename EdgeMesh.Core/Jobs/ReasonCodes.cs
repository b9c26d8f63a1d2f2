namespace EdgeMesh.Core.Jobs;

/// <summary>What follows from a <see cref="ReasonCode"/>.</summary>
/// <param name="Retried">Another attempt is made.</param>
/// <param name="ElsewhereOnly">The next attempt must be on another device, or with another model when it is of the model.</param>
/// <param name="Words">What happened, as in "out of memory".</param>
/// <param name="Remedy">What a person can do.</param>
/// <param name="Waits">Nothing was wrong with the work: when no device can take it now, it waits for a while, and the same device may take it again.</param>
/// <param name="IsOfTheModel">It is the model's fault, not the device's: another model of the same device may be tried.</param>
/// <param name="KeepsText">What was written before is good: the next attempt may go on with it. False: it starts over.</param>
public sealed record ReasonPolicy(bool Retried, bool ElsewhereOnly, string Words, string Remedy, bool IsOfTheModel = false, bool Waits = false, bool KeepsText = false);

/// <summary>The one place that says for each reason code whether it is retried, where, and what a person can do about it.</summary>
public static class ReasonCodes
{
    /// <summary>The code a device named; Internal when it is none of ours.</summary>
    public static ReasonCode Parse(string? name) => Enum.TryParse<ReasonCode>(name, out var code) && Enum.IsDefined(code) ? code : ReasonCode.Internal;

    /// <summary>What follows from a code.</summary>
    public static ReasonPolicy For(ReasonCode code) => code switch
    {
        ReasonCode.Busy => new(true, true, "busy", "Run it again when the device has finished what it is doing.", Waits: true, KeepsText: true),
        ReasonCode.OutOfMemory => new(true, true, "out of memory", "Choose a smaller model, or close programs on the device."),
        ReasonCode.NotReady => new(true, true, "not ready", "Wait until its runtimes have started, then run it again.", Waits: true, KeepsText: true),
        ReasonCode.RuntimeDown => new(true, true, "the runtime is down", "Start the runtime on the device; it is found again by itself.", KeepsText: true),
        ReasonCode.KeyRequired => new(true, true, "the engine wants a key", "Start the agent on the device with the engine's key, as the cause says.", KeepsText: true),
        ReasonCode.EngineError => new(true, true, "the engine answered with an error", "Look at the engine's log on the device, or choose another model.", IsOfTheModel: true),
        ReasonCode.ModelMissing => new(true, true, "the model is missing", "Get the model on the device, or choose another one.", IsOfTheModel: true),
        ReasonCode.Unsupported => new(true, true, "not supported", "Choose another device or model.", IsOfTheModel: true),
        ReasonCode.BadInput => new(false, false, "the input cannot be used", "Change the input as the cause says."),
        ReasonCode.BadOutput => new(true, true, "no usable answer", "Run it again. If it happens again, choose another model or look at the engine's log on the device."),
        ReasonCode.CannotContinue => new(true, false, "the text could not be gone on with", "It is written anew; there is nothing to do.", Waits: true),
        ReasonCode.OnlyThought => new(true, true, "thoughts and no answer", "Raise the length limit, turn thinking off, or choose another model.", IsOfTheModel: true),
        ReasonCode.AskedForTool => new(true, true, "the model asked for a tool", "EdgeMesh offers no tools: ask in other words, or choose another model.", IsOfTheModel: true),
        ReasonCode.ModelRefused => new(false, false, "the model refused", "Ask in other words, or choose another model."),
        ReasonCode.Timeout => new(true, true, "no answer in time", "Run it again, or choose a faster device or model."),
        ReasonCode.Lost => new(true, true, "the device was lost", "Run it again. If it happens again, check the device's power and network.", Waits: true, KeepsText: true),
        ReasonCode.Cancelled => new(false, false, "cancelled", "Run it again when you want it."),
        ReasonCode.Refused => new(true, true, "refused", "Look at the cause; the device decides about its own resources.", KeepsText: true),
        ReasonCode.Internal => new(true, true, "an error inside the agent", "Run it again; the agent's log on the device has the details."),
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, null),
    };
}
