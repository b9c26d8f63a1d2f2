namespace EdgeMesh.OnnxBench;

/// <summary>One engine's best round.</summary>
/// <param name="PrefillTokensPerSecond">Prompt tokens by time to the first token.</param>
/// <param name="DecodeTokensPerSecond">Tokens after the first.</param>
/// <param name="FirstTokenMs">Time to the first token.</param>
/// <param name="PrefillCpuMs">Processor time of all processes up to the first token: what a busy machine does not falsify.</param>
/// <param name="DecodeCpuMsPerToken">Processor time for each token after the first.</param>
internal sealed record Speeds(double PrefillTokensPerSecond, double DecodeTokensPerSecond, double FirstTokenMs, double PrefillCpuMs, double DecodeCpuMsPerToken)
{
    public static Speeds Best(List<Laps> rounds, BenchOptions options)
    {
        var (prefill, decode) = (rounds.Min(r => r.Prefill), rounds.Min(r => r.Decode));
        return new(
            Math.Round(options.Prompt / prefill.TotalSeconds, 1),
            Math.Round((options.Tokens - 1) / decode.TotalSeconds, 2),
            Math.Round(prefill.TotalMilliseconds, 2),
            Math.Round(rounds.Min(r => r.PrefillCpu).TotalMilliseconds, 1),
            Math.Round(rounds.Min(r => r.DecodeCpu).TotalMilliseconds / (options.Tokens - 1), 3));
    }

    public static double Ratio(double a, double b) => Math.Round(a / b, 3);
}
