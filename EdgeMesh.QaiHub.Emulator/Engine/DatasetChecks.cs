using EdgeMesh.QaiHub.Emulator.Jobs;
using EdgeMesh.QaiHub.Emulator.State;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Engine;

/// <summary>Whether a data set's file is HDF5 by its first bytes. What is in it is not read: HDF5 leads a reader from address to address, and a damaged file in circles.</summary>
internal static class DatasetChecks
{
    // The format's signature is at the start, or after a block for the user of 512 bytes, 1,024, 2,048 and so on.
    private const int SmallestBlock = 512;
    private static readonly byte[] s_signature = [0x89, .. "HDF\r\n"u8, 0x1A, (byte)'\n'];

    public static void Require(EmulatorState state, string id)
    {
        using var file = state.Assets.Open(state.Datasets.Required(id).Asset!.Key);
        var head = new byte[s_signature.Length];
        for (long at = 0; at + head.Length <= file.Length; at = at == 0 ? SmallestBlock : at * 2)
        {
            file.Position = at;
            file.ReadExactly(head);
            if (head.AsSpan().SequenceEqual(s_signature))
            {
                return;
            }
        }

        throw new JobFailure(JobFailureType.InvalidArgument, $"Data set '{id}' is not a valid HDF5 file.");
    }
}
