namespace EdgeMesh.QaiHub.Emulator.Catalogue;

/// <summary>A chipset with the facts that devices tell through their attributes; <paramref name="Hexagon"/> is 0 without a Hexagon NPU.</summary>
internal sealed record Chipset(IReadOnlyList<string> Names, int Hexagon, string? SocModel, bool Fp16, bool WeightSharing, string Description)
{
    /// <summary>QNN runs from Hexagon v68 on.</summary>
    public bool Qnn => Hexagon >= 68;

    /// <summary>Reads one line of <c>chipsets.tsv</c>.</summary>
    public static Chipset Parse(string line)
    {
        string[] cell = line.Split('\t');
        string[] npu = cell[3].Split(',');
        return new Chipset(
            cell[0].Split(' '),
            cell[1] == "-" ? 0 : int.Parse(cell[1][1..]),
            cell[2] == "-" ? null : cell[2],
            npu.Contains("fp16"),
            npu.Contains("weight-sharing"),
            cell[4] == "-" ? "" : cell[4]);
    }
}
