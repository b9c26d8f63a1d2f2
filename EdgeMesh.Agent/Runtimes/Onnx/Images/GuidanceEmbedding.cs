namespace EdgeMesh.Agent.Runtimes.Onnx.Images;

/// <summary>Models distilled with guidance built in (LCM) take its strength as an input: sines and cosines of 1000·(w − 1) (Luo et al. 2023, appendix).</summary>
internal static class GuidanceEmbedding
{
    public const string InputName = "timestep_cond";
    private const int UsualWidth = 256;

    public static float[] Of(double guidance, int width)
    {
        var half = (width > 1 ? width : UsualWidth) / 2;
        var values = new float[half * 2];
        for (var i = 0; i < half; i++)
        {
            var angle = (guidance - 1) * 1000 * Math.Exp(-Math.Log(10_000) * i / Math.Max(1, half - 1));
            (values[i], values[half + i]) = ((float)Math.Sin(angle), (float)Math.Cos(angle));
        }

        return values;
    }
}
