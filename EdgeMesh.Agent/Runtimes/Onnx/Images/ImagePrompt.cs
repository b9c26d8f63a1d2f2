namespace EdgeMesh.Agent.Runtimes.Onnx.Images;

/// <summary>One image to make.</summary>
/// <param name="Text">What it shows; not empty.</param>
/// <param name="NegativeText">What to keep away from; has an effect only with guidance above 1.</param>
/// <param name="Seed">Same model, same settings, same seed: same image; all 64 bits count.</param>
/// <param name="Steps">Runs of the UNet, 1 to 200; null is the model's default.</param>
/// <param name="Guidance">How closely the text is followed, 0 to 30; up to 1 is no guidance and half the work; null is the model's default.</param>
/// <param name="Width">Pixels; null is the model's own size.</param>
/// <param name="Height">Pixels; null is the model's own size.</param>
public sealed record ImagePrompt(
    string Text, string NegativeText = "", long Seed = 0, int? Steps = null, double? Guidance = null, int? Width = null, int? Height = null);

/// <summary>A step has ended.</summary>
/// <param name="Step">Steps done, from 1.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Took">Time of this step.</param>
public sealed record ImageProgress(int Step, int Steps, TimeSpan Took);

/// <summary>A finished image and what was measured.</summary>
/// <param name="Png">The file.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Steps">Runs of the UNet that were made.</param>
/// <param name="Scheduler">The scheduler that really ran.</param>
/// <param name="MsPerStep">Mean time of a step.</param>
/// <param name="TotalMs">Text encoding, steps, decoding and PNG together.</param>
/// <param name="LoadMs">Time the model took to load, once, before.</param>
public sealed record ImageResult(
    byte[] Png, int Width, int Height, int Steps, string Scheduler, double MsPerStep, double TotalMs, double LoadMs);
